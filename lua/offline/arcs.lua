-- lua/offline/arcs.lua: three shapes that any idea can be told in, each with its
-- world's rules and its two last scenes. "[a|b]" agrees with the hero's number,
-- "[t:a|b]" with the thing's; see offline.story.

---@class offline.Arc
---@field title string
---@field rules string
---@field history string
---@field mood string
---@field palette string
---@field logline string
---@field theme string
---@field protagonist string
---@field want string
---@field obstacle string
---@field turn string
---@field ending string
---@field middle string what the synopsis says between the idea and the turn
---@field climax { name: string, text: string }
---@field last { name: string, text: string }

---@type offline.Arc[]
return {
  {
    title = "The Answer",
    rules = "Whatever is called here comes, but never at once and never empty-handed. Each call \z
      costs the caller something that was thought to be safe: an hour of sleep, a name, a \z
      warm room. Nothing can be sent back by whoever called it, only by someone else.",
    history = "Once before, {thing} [t:was|were] answered, and three people of this place went \z
      to see by what. Two came back and never agreed on a word of it. Since then there has been \z
      a custom of not asking, and {hero} [is|are] the first who [was|were] not told.",
    mood = "Patient and watchful, with a tenderness that nobody admits to; a held breath rather \z
      than a scream.",
    palette = "{colours}, kept low and close together; one warm colour, and only where {thing} \z
      [t:is|are].",
    logline = "When {thing} [t:is|are] answered out of the dark, {hero} must find out by what \z
      before it arrives, though every look brings it nearer.",
    theme = "Whoever calls into the dark owes the dark an introduction.",
    protagonist = "{Hero}: exact, solitary, kind to objects. [Has|Have] done one thing well for \z
      so long that nobody asks any more whether {she} want[s|] to. Once failed to answer \z
      somebody, and [has|have] been punctual ever since.",
    want = "To learn what answers {thing}, with {her} own eyes, before anyone else decides what \z
      to do about it.",
    obstacle = "{Other} come[o:s|] closer each time {she} look[s|], and takes something along \z
      each time. It does not yield because it thinks that it was invited.",
    turn = "{Hero} put[s|] {thing} out with {her} own hand, and [stays|stay] where {she} \z
      [is|are] in the dark.",
    ending = "{Hero} and {other}, face to face, with {thing} dark between them and the day \z
      coming up behind. The last image: two hands, one of them not quite a hand, on the same \z
      piece of metal.",
    middle = "{She} test[s|] it: once, and a pause; twice, and a pause. The same comes back from \z
      {place}. {She} tell[s|] nobody. Each night the answer is nearer, and each night something \z
      is missing in the morning: a cup, a photograph, the sound of the door. {She} follow[s|] \z
      the traces down to where no one goes, and find[s|] everything that is missing laid out in \z
      order, like a table set for a guest.",
    climax = {
      name = "Lights out",
      text = "{Hour}. {Other} [o:has|have] come as far as {here} and wait[o:s|]. {Hero} \z
        stand[s|] with {thing} between {them} and it, the only thing lit. It lifts what could be \z
        an arm, and the glow bends toward it. {She} understand[s|] what was being called all the \z
        time. {She} put[s|] out {thing} with {her} own hand and [stays|stay] where {she} \z
        [is|are]. In the dark, one step, then another.",
    },
    last = {
      name = "Introductions",
      text = "{Hour}, {here}. {Hero} [has|have] not moved. Opposite sit[o:s|] {other}, smaller \z
        by day, shy of the light. On the floor between them lies everything that was missing. \z
        {She} push[es|] the cup across. After a long time, it is lifted. Behind them, \z
        {weather}.",
    },
  },
  {
    title = "What Is Kept",
    rules = "Nothing here can be owned by two. Whatever is shown to another is half gone by \z
      morning, and whatever is hidden grows. So people keep their best things in plain sight and \z
      their doors locked.",
    history = "{Thing} [t:was|were] left behind by someone who said it was for a week. The week \z
      has lasted nineteen years. Rent was paid, letters were answered, and the place grew around \z
      it like bark around a nail.",
    mood = "Close, warm and a little guilty, like reading by a covered lamp; dread comes in as \z
      politeness.",
    palette = "{colours}; interiors a shade warmer than anyone's face, the outside always one \z
      tone too cold.",
    logline = "{Hero} [has|have] kept {thing} from everyone for years; when {other} come[o:s|] \z
      to ask for it by name, {she} must choose between what {she} guard[s|] and whom {she} \z
      guard[s|] it from.",
    theme = "What we keep safe from others, we also keep from ourselves.",
    protagonist = "{Hero}: careful, courteous, good at locks. Believe[s|] that {she} [is|are] \z
      looking after something, when {she} [is|are] hiding behind it.",
    want = "To get through until morning without anyone seeing {thing}.",
    obstacle = "{Other} know[o:s|] what to ask and [o:has|have] all the time in the world. There \z
      is also the matter of {place}, which was never locked from this side.",
    turn = "{Hero} open[s|] the door {herself} and hold[s|] out {thing}.",
    ending = "An empty space where {thing} stood, its outline still in the dust. The last image: \z
      {hero} outside for the first time, squinting, both hands free.",
    middle = "{She} hide[s|] it behind the wall, then under the floor, then on {her} own body. \z
      Wherever {she} put[s|] it, somebody has just been there. {Other} ask[o:s|] again, \z
      politely, through one door less each time. {She} search[es|] for the one place that nobody \z
      knows, and find[s|] there the chair, the blanket and the cup of someone who has been \z
      waiting just as long.",
    climax = {
      name = "The last door",
      text = "{Hour}. {Other} stand[o:s|] before the last door, at {here}, and do[o:es|] not \z
        knock. On this side {hero} hold[s|] {thing} under {her} coat, where it warms or weighs \z
        like something alive. Nobody speaks. {She} look[s|] at the lock {she} made {herself}. \z
        Then {she} turn[s|] the key the wrong way round, open[s|], and hold[s|] out both hands.",
    },
    last = {
      name = "Both hands free",
      text = "{Hour}, {here}. The shelf is empty; a clean outline shows where {thing} stood. \z
        {Hero} go[es|] from room to room and open[s|] what was shut. Outside, {weather}. {She} \z
        step[s|] over the threshold with nothing to carry, stop[s|], and do[es|] not know what \z
        to do with {her} hands. Someone far off waves. {She} wave[s|] back with both.",
    },
  },
  {
    title = "The Way Across",
    rules = "There is a way across, open for as long as nobody doubts it aloud. It can be gone \z
      once in each direction. What one carries weighs more with each step; what one has put down \z
      stays put down.",
    history = "Everyone here came from over there, or says that a grandmother did. The last to \z
      try the way was a child, and was told off, and {hero} remember[s|] by whom.",
    mood = "Wide and wind-blown, homesick in both directions; hope, as a physical effort.",
    palette = "{colours} that thin out toward white the farther we go; the colour of {thing} is \z
      the one that lasts.",
    logline = "To find where {thing} belong[t:s|], {hero} must leave the only safe place {she} \z
      [knows|know] and cross {place}, with {other} one step behind.",
    theme = "A home is a place that one has left at least once.",
    protagonist = "{Hero}: sturdy, impatient, a hummer of half a tune. Stayed when others left, \z
      and [calls|call] it duty. Afraid of the sentence \"come with us\", because nobody has said \z
      it.",
    want = "To bring {thing} to where {she} [believes|believe] it belongs, on the far side of \z
      {place}.",
    obstacle = "{Place}, which has never let anyone through twice; and {other}, who \z
      [o:wants|want] {them} to turn back and may be right.",
    turn = "Halfway, {hero} let[s|] go of {thing} to take the hand that is held out.",
    ending = "Seen from very far: two figures and a small light, going the same way. The last \z
      image: the place they left, its lamp lit, with somebody new at the window.",
    middle = "{She} pack[s|] what fits under one arm and [tells|tell] the house good night. The \z
      first mile is easy. Then {place} begins to ask for things: the hat, the bread, the reason. \z
      {Other} follow[o:s|] at the same distance, and stop[o:s|] whenever {she} stop[s|]. At a \z
      place with no landmark at all {she} find[s|] {her} own footprints, coming the other way.",
    climax = {
      name = "Halfway",
      text = "{Hour}, {here}. It is as far back as it is onward. {Hero} [has|have] stopped; \z
        {thing} [t:has|have] become too heavy to hold and too dear to set down. {Other} \z
        catch[o:es|] up at last, out of breath, and hold[o:s|] out an open hand, nothing more. \z
        {She} look[s|] at it, and behind {them}, and at what {she} carr[ies|y]. Then {she} \z
        let[s|] go, and take[s|] the hand.",
    },
    last = {
      name = "The same way",
      text = "{Hour}, {here}. From very far: two figures, going the same way, {weather}. What \z
        was let go shines where it fell, a mark for whoever comes next. Back where it began, a \z
        lamp is lit, and somebody new comes to the window, and looks out.",
    },
  },
}
