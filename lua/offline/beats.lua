-- lua/offline/beats.lua: the scenes that come before an arc's own two, by beat,
-- and the lines that are spoken in them.

local M = {}

---@type table<integer, { name: string, text: string }[]>
M.scenes = {
  {
    {
      name = "As on every evening",
      text = "{Hour}, {here}. {Hero} go[es|] through the work of every evening without looking \z
        at {her} hands: first {thing}, then the round, then the place by the window. Outside, \z
        {weather}. {She} [is|are] about to turn away when something about {thing} is different. \z
        {She} wait[s|] for it to happen again. It does.",
    },
    {
      name = "The last ordinary hour",
      text = "{Hour}, {here}. {Hero} tid[ies|y] up after a day like the others and hum[s|] while \z
        {she} do[es|] it. {Weather}. {Thing} stand[t:s|] where {thing} always stand[t:s|]. A \z
        sound that does not belong makes {them} break off in the middle of the tune. {She} \z
        put[s|] down what {she} hold[s|], very softly.",
    },
  },
  {
    {
      name = "Once, and a pause",
      text = "{Hour}, {here}. {Hero} test[s|] what {she} saw. Once, and a pause; twice, and a \z
        pause. From the direction of {place}, something gives back the same. {She} write[s|] it \z
        down, cross[es|] it out, write[s|] it down again. When {she} leave[s|], {weather}, and \z
        {she} lock[s|] a door that has not been locked for years.",
    },
    {
      name = "A mark on the floor",
      text = "{Hour}, {here}. {Hero} find[s|] that somebody has been there: marks lead up to \z
        {thing}, and none lead away. {She} kneel[s|] and lay[s|] {her} hand beside the clearest \z
        of them. It is much larger. Outside, {weather}. {She} wipe[s|] away all of them but \z
        one.",
    },
    {
      name = "Nobody else looks",
      text = "{Hour}, {here}. {Hero} point[s|] it out to the only person awake, who looks, and \z
        sees {her} face instead, and brings a blanket. {Weather}. Alone again, {she} turn[s|] \z
        {thing} a little to one side. Out there something shifts, to the same side.",
    },
  },
  {
    {
      name = "Further than the lamp",
      text = "{Hour}, {here}. {Hero} go[es|] where nobody goes at this hour, with {thing} held \z
        out in front. {Weather}. The traces lead on, tidy as stitches. At the end of them, set \z
        out in a row, lies everything that was missing at home. {She} reach[es|] for the \z
        nearest, and a second hand is already on it.",
    },
    {
      name = "One step behind",
      text = "{Hour}, {here}. {Hero} walk[s|] fast and do[es|] not turn round. Behind {them}, at \z
        the same distance, {other} stop[o:s|] whenever {she} stop[s|]. {Weather}. {She} hide[s|] \z
        {thing} under {her} coat. When {she} look[s|] again, there is nobody behind {them}. \z
        There is somebody in front.",
    },
    {
      name = "What was under it",
      text = "{Hour}, {here}. {Hero} move[s|] what has stood in one spot for as long as anyone \z
        remembers. Under it are scratches: lines in groups of five, hundreds of them, the last \z
        ones new. {Weather}. {She} count[s|] until {she} understand[s|] what is being counted. \z
        It is the evenings.",
    },
  },
  {
    {
      name = "It holds its breath",
      text = "{Hour}, {here}. {Weather}. {Hero} [has|have] barred what can be barred and sit[s|] \z
        down opposite. {Other} [o:is|are] on the other side; one can tell by the quiet. {She} \z
        talk[s|], about nothing, for a long time. When {she} ask[s|] a question at last, {thing} \z
        answer[t:s|] it.",
    },
    {
      name = "The long way down",
      text = "{Hour}, {here}. {Hero} lose[s|] the way, then {thing}, then {her} nerve, in that \z
        order. {Weather}. {Other} bring[o:s|] {thing} back and set[o:s|] it down at arm's \z
        length, and step[o:s|] away. It is the first thing that anybody has given {them} in \z
        years. {She} do[es|] not know where to look.",
    },
    {
      name = "Too late to be polite",
      text = "{Hour}, {here}. {Hero} and {other} want the same and there is one of it. They \z
        circle, {thing} in the middle. {Weather}. {She} [is|are] quicker; {other} [o:is|are] \z
        there first. In the scuffle something breaks, and both stop, and look at it, ashamed in \z
        the same way.",
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
