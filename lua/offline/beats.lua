-- lua/offline/beats.lua: the scenes that come before an arc's own two, by beat,
-- and the lines that are spoken in them.

local M = {}

---@type table<integer, { name: string, text: string }[]>
M.scenes = {
  {
    {
      name = "As on every evening",
      text = "{Hour}, {here}. {Hero} go[es|] through the work of every evening without looking at {her} hands: \z
        first {thing}, then the round, then the place by the window. Outside, {weather}. {She} [is|are] about \z
        to turn away when something about {thing} is different. {She} wait[s|] for it to happen again. It does.",
    },
    {
      name = "The last ordinary hour",
      text = "{Hour}, {here}. {Hero} tid[ies|y] up after a day like the others and hum[s|] while {she} do[es|] it. \z
        {Weather}. {Thing} stand[t:s|] where {thing} always stand[t:s|]. A sound that does not belong makes {them} \z
        break off in the middle of the tune. {She} put[s|] down what {she} hold[s|], very softly.",
    },
  },
  {
    {
      name = "Once, and a pause",
      text = "{Hour}, {here}. {Hero} test[s|] what {she} saw. Once, and a pause; twice, and a pause. From the \z
        direction of {place}, something gives back the same. {She} write[s|] it down, cross[es|] it out, \z
        write[s|] it down again. When {she} leave[s|], {weather}, and {she} lock[s|] a door that has not been \z
        locked for years.",
    },
    {
      name = "A mark on the floor",
      text = "{Hour}, {here}. {Hero} find[s|] that somebody has been there: marks lead up to {thing}, and none \z
        lead away. {She} kneel[s|] and lay[s|] {her} hand beside the clearest of them. It is much larger. Outside, \z
        {weather}. {She} wipe[s|] away all of them but one.",
    },
    {
      name = "Nobody else looks",
      text = "{Hour}, {here}. {Hero} point[s|] it out to the only person awake, who looks, and sees {her} \z
        face instead, and brings a blanket. {Weather}. Alone again, {she} turn[s|] {thing} a little to one \z
        side. Out there something shifts, to the same side.",
    },
  },
  {
    {
      name = "Further than the lamp",
      text = "{Hour}, {here}. {Hero} go[es|] where nobody goes at this hour, with {thing} held out in front. \z
        {Weather}. The traces lead on, tidy as stitches. At the end of them, set out in a row, lies everything \z
        that was missing at home. {She} reach[es|] for the nearest, and a second hand is already on it.",
    },
    {
      name = "One step behind",
      text = "{Hour}, {here}. {Hero} walk[s|] fast and do[es|] not turn round. Behind {them}, at the same distance, \z
        {other} stop[o:s|] whenever {she} stop[s|]. {Weather}. {She} hide[s|] {thing} under {her} coat. When \z
        {she} look[s|] again, there is nobody behind {them}. There is somebody in front.",
    },
    {
      name = "What was under it",
      text = "{Hour}, {here}. {Hero} move[s|] what has stood in one spot for as long as anyone remembers. Under it \z
        are scratches: lines in groups of five, hundreds of them, the last ones new. {Weather}. {She} count[s|] \z
        until {she} understand[s|] what is being counted. It is the evenings.",
    },
  },
  {
    {
      name = "It holds its breath",
      text = "{Hour}, {here}. {Weather}. {Hero} [has|have] barred what can be barred and sit[s|] down opposite. {Other} \z
        [o:is|are] on the other side; one can tell by the quiet. {She} talk[s|], about nothing, for a long time. \z
        When {she} ask[s|] a question at last, {thing} answer[t:s|] it.",
    },
    {
      name = "The long way down",
      text = "{Hour}, {here}. {Hero} lose[s|] the way, then {thing}, then {her} nerve, in that order. {Weather}. \z
        {Other} bring[o:s|] {thing} back and set[o:s|] it down at arm's length, and step[o:s|] away. It is the \z
        first thing that anybody has given {them} in years. {She} do[es|] not know where to look.",
    },
    {
      name = "Too late to be polite",
      text = "{Hour}, {here}. {Hero} and {other} want the same and there is one of it. They circle, {thing} in the \z
        middle. {Weather}. {She} [is|are] quicker; {other} [o:is|are] there first. In the scuffle something \z
        breaks, and both stop, and look at it, ashamed in the same way.",
    },
  },
}

--- By beat: who says it, and what.
---@type table<integer, { by: "hero"|"other", line: string }[]>
M.lines = {
  {
    { by = "hero", line = "There you are. Same as yesterday." },
    { by = "hero", line = "One more, and then we close." },
    { by = "hero", line = "That was not me." },
  },
  {
    { by = "hero", line = "Do that again." },
    { by = "hero", line = "No. I am awake. I have counted." },
    { by = "other", line = "You left it on." },
    { by = "hero", line = "Who taught you that?" },
  },
  {
    { by = "hero", line = "I only want to see where it goes." },
    { by = "other", line = "Further. You are nearly there." },
    { by = "hero", line = "These are mine. All of these are mine." },
    { by = "other", line = "Why do you carry it in front of you?" },
  },
  {
    { by = "hero", line = "Stay where I can see you." },
    { by = "other", line = "You asked. I only came." },
    { by = "hero", line = "What did I promise you?" },
    { by = "other", line = "Now you hold your breath too." },
  },
  {
    { by = "hero", line = "It is only cold. Sit." },
    { by = "other", line = "I had thought you would be taller." },
    { by = "hero", line = "Tomorrow, then." },
  },
}

return M
