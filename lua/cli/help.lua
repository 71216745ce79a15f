-- lua/cli/help.lua: what `sbhost help COMMAND` says.

return {
  run = [[
sbhost run STORY.lua [OPTION...]

Makes the whole storyboard of a story: data/PROJECT/artifact.json, a PNG for
every prop, stage and shot, and storyboard.html to look at. What was answered
before is not asked again; a run that was interrupted goes on where it stopped.

  --provider NAME      offline (embedded, needs no key), openrouter, or openai
                       (OpenAI, or with --base-url any server that speaks its
                       protocol, with the key in OPENAI_API_KEY if it needs
                       one); without this, openrouter when OPENROUTER_API_KEY
                       is set
  --base-url URL       where the provider is, if not at its usual address
  --model ROLE=MODEL   another model for a role: story, detail, image, rewrite
  --from STEP          another take of every task of a step, and what follows from it
  --until STEP         no call of a step that this one does not need
  --only STEP          no call of any other step: what it needs must be there
  --ask                show the options of a step at the terminal when they come, and
                       let one be chosen, or another take be made; with --watch each
                       time that there are others; not with --json
  --choose STEP=N      take option N of a step's options, instead of option 1; it is
                       kept for as long as the options are the same
  --lane LANE=N        at most N calls at once in a lane: text, image
  --max-cost USD       send nothing that could take the run's cost above this
  --resend-doubt USD   what asking again may cost for calls that were sent and
                       never answered (0.50)
  --data DIR           where projects are kept (data)
  --strict             stop before the pictures of a scene whose shots break a rule
                       of the craft (docs/steps.md)
  --stream             show texts as they arrive: at a terminal the last line of
                       each, with --json an event for each piece
  --watch              do it again whenever the story, a module beside it, a step, a
                       rule, a file that these read with io.open, a picture or
                       artifact.json is saved, until Ctrl-C; a script that is broken
                       is reported, and what was there before goes on
  --json               one JSON object an event, instead of lines
                       (docs/events.md)
  --quiet              say nothing but errors: the tasks that failed, and what stops a run

Exit status: 0 all done; 1 some tasks failed or are in doubt, the rest is done
and kept; 2 the command or the story is wrong, the project is busy or cannot be
written; 3 the cost limit was reached; 130 interrupted. With --watch, Ctrl-C ends
with the status of the last evaluation when it was over, and else with 130.

  sbhost run examples/lighthouse.lua
  sbhost run story.lua --lane image=8 --choose lore=2]],

  plan = [[
sbhost plan STORY.lua [OPTION...]

Says what `sbhost run` with the same options would do now: which tasks would be
reused, which would be asked for and why, and which are not known yet, since what
they are made from is still to come. Calls and cost are bands, from the models'
prices, the sizes of the prompts and what earlier calls took; what nobody knows is
said and not counted as nothing. It makes no call and needs no key.

  --provider NAME, --base-url URL, --model ROLE=MODEL, --choose STEP=N, --data DIR
                       as for `sbhost run`

  sbhost plan examples/lighthouse.lua --provider openrouter]],

  edits = [[
sbhost edits STORY.lua [--data DIR]

Lists what was set by hand, in data/PROJECT/artifact.json or with `sbhost keep`:
by path, items by their keys. An edit whose item is gone is marked; it is not in
use, and kept until `sbhost unedit` drops it. May be asked while a run is under
way.

  --data DIR  where projects are kept (data)

  sbhost edits examples/lighthouse.lua]],

  keep = [[
sbhost keep STORY.lua TASK... [--data DIR]

Makes what tasks wrote, texts or pictures, edits: the tasks are not asked again,
whatever is written anew before them. A task is written as step, step[item] or
step[scene/shot]; * stands for any letters, ? for one.

  --data DIR  where projects are kept (data)

  sbhost keep story.lua lore 'shot_images[the-storm/*]'
  sbhost unedit story.lua 'lore.*'             lets them go again]],

  unedit = [[
sbhost unedit STORY.lua PATH... [--data DIR]

Drops edits, by the paths that `sbhost edits` lists; * stands for any letters, ?
for one. What was generated comes back with the next run, without a call: also a
picture that another was saved over, until `sbhost clean` removes its take.

  --data DIR  where projects are kept (data)

  sbhost unedit story.lua 'scenes[the-storm].description' 'lore.*']],

  graph = [[
sbhost graph STORY.lua [OPTION...]

Draws the steps of a story, what follows what, and where each stands: done, to do,
waiting for what comes before it, failed, or skipped for what failed. What a step
follows by way of another one is left out. It makes no call, needs no key, and works
before the first run.

  --format FORMAT      text (the default), dot (for Graphviz) or mermaid
  --tasks              the tasks of the steps too: one for each scene, prop or shot
  --provider NAME, --base-url URL, --model ROLE=MODEL, --choose STEP=N, --data DIR
                       as for `sbhost run`

  sbhost graph examples/lighthouse.lua
  sbhost graph story.lua --tasks --format dot | dot -Tsvg > story.svg]],

  why = [[
sbhost why STORY.lua TASK [OPTION...]

Says why a task would run, or why it ran when it last did: the first part of its
request that is another one, old and new, and behind that which value has changed,
which task has written it, and why that one ran. It makes no call.

A task is written as step, step[item] or step[scene/shot], as `sbhost plan` does.

  --data DIR          where projects are kept (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`, which asks another one as another request
  --choose STEP=N     as for `sbhost run`

  sbhost why examples/lighthouse.lua lore
  sbhost why story.lua 'shots[the-storm]']],

  prompt = [[
sbhost prompt STORY.lua TASK [OPTION...]

Shows what a task asks: the system message, the prompt with all its values, the
schema of the answer, the reference pictures. For a task that is not known yet it
says what that waits for. It makes no call and needs no key.

  --data DIR          where projects are kept (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`, which asks another one as another request
  --choose STEP=N     as for `sbhost run`

  sbhost prompt examples/lighthouse.lua lore]],

  redo = [[
sbhost redo STORY.lua TASK... [OPTION...]

Wishes for another take of tasks. The next run makes it, and whatever follows from
it; earlier takes are kept. A wish that is not fulfilled yet is not doubled.

In a task's name * stands for any letters and ? for one; a step's name means all of
its tasks.

  --data DIR          where projects are kept (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`, which asks another one as another request

  sbhost redo story.lua lore
  sbhost redo story.lua 'shot_images[the-storm/*]']],

  takes = [[
sbhost takes STORY.lua TASK [OPTION...]

Lists all that a task came to: number, time, model, cost, and the picture or how the
text begins. The current one is marked with *.

  --data DIR          where projects are kept (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`, which asks another one as another request

  sbhost takes story.lua 'shot_images[the-storm/the-lamp]']],

  take = [[
sbhost take STORY.lua TASK N [OPTION...]

Makes take N of a task, as `sbhost takes` numbers them, the current one. It stands
until what the task asks is another thing, or another take is made.

  --data DIR          where projects are kept (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`, which asks another one as another request
  --choose STEP=N     as for `sbhost run`

  sbhost take story.lua 'shot_images[the-storm/the-lamp]' 1]],

  choose = [[
sbhost choose STORY.lua STEP N [OPTION...]

Takes option N of a step's options. The next run redoes what depends on it; going
back costs nothing. When the step offers new options, nobody has chosen among them
yet: then the story's choice counts, or option 1.

  --data DIR          where projects are kept (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`, which asks another one as another request

  sbhost choose story.lua lore 2]],

  clean = [[
sbhost clean STORY.lua [OPTION...]

Removes what no take needs that stands: the pictures of earlier takes, with what
came from the provider for them, and plates of reference pictures. Says first what
that is, and how much, and asks.

  --yes               do not ask
  --data DIR          where projects are kept (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`, which asks another one as another request
  --choose STEP=N     as for `sbhost run`

  sbhost clean story.lua]],

  doubt = [[
sbhost doubt STORY.lua [--data DIR]

Lists the calls that were sent and never answered, so that nobody knows whether
they were paid for: when each was sent, the most that it may have cost, and the
name that the provider gave it. It makes no call.

  --data DIR  where projects are kept (data)

  sbhost doubt examples/lighthouse.lua]],

  status = [[
sbhost status STORY.lua [--data DIR]

Says where a project stands: what is done of each step, what failed and why, what
its calls have cost, and which calls are in doubt (sent, and never answered). It
makes no call, and may be asked while a run is under way.

  --data DIR  where projects are kept (data)

  sbhost status examples/lighthouse.lua]],

  check = [[
sbhost check STORY.lua [OPTION...]

Checks a story, its steps and prompts: that they hold together, and that what they
ask is the same each time they are loaded. Then holds the shots that there are
against the rules of the craft (docs/steps.md). It makes no call and needs no key.

  --strict             a rule that is broken makes the exit status 1
  --provider NAME, --base-url URL, --model ROLE=MODEL, --data DIR
                       as for `sbhost run`

Exit status: 0 all well, 1 something does not hold, 2 the story is wrong.

  sbhost check examples/lighthouse.lua]],

  export = [[
sbhost export STORY.lua --format FORMAT [--out PATH] [--data DIR]

Writes the storyboard as it stands for other programs and for the crew, to
data/PROJECT/exports/ or to PATH. It makes no call.

  --format FORMAT  one of those below
  --layout LAYOUT  of a PDF: western (three panels a page, the default), konte (five
                   in a column with action, dialogue and time), grid (contact sheet)
  --out PATH       the file, or for pictures the folder
  --data DIR       where projects are kept (data)

  pdf        the board on paper
  csv        the shot list, a row a shot
  json       all of it, with numbers and times
  srt        the dialogue as subtitles
  fountain   the scenes as a screenplay
  edl        the cut as an edit decision list (CMX 3600)
  fcp7       the cut as Final Cut Pro 7 XML
  otio       the cut as an OpenTimelineIO timeline
  html       the board as one file, with small pictures in it
  pictures   the pictures alone, in a folder, named by number

Times are in frames of the story's rate (24 a second unless it says otherwise).

  sbhost export examples/lighthouse.lua --format pdf --layout konte
  sbhost export examples/lighthouse.lua --format csv
  sbhost export story.lua --format edl --out cut.edl]],

  new = [[
sbhost new DIR [OPTION...]

Writes a story to start from into the folder DIR: story.lua, a step of its own
(steps/music_cues.lua), and .luarc.json, with which an editor's Lua language server
knows sbhost's modules and the storyboard's fields. Asks three questions, unless
the options answer them.

  --prompt TEXT  the idea; with it, nothing is asked
  --style TEXT   how the pictures look
  --scenes N     how many scenes (5)

  sbhost new lighthouse
  sbhost new lighthouse --prompt "A keeper finds that her light is answered."]],

  steps = [[
sbhost steps [STORY.lua] [--eject NAME]

Lists the steps that make a storyboard, or those of a story, in their order: name,
what each is repeated for, what it does, and the file if it is not built in.

  --eject NAME   copy a built-in step to steps/ beside the story (without a story:
                 to ./steps), where it counts before the built-in one

  sbhost steps
  sbhost steps story.lua --eject shots]],

  completions = [[
sbhost completions SHELL

Prints what bash, zsh or fish needs to complete sbhost's commands and options.

  eval "$(sbhost completions bash)"       in ~/.bashrc
  eval "$(sbhost completions zsh)"        in ~/.zshrc, behind compinit
  sbhost completions fish | source        in ~/.config/fish/config.fish]],

  mock = [[
sbhost mock [OPTION...]

Serves the offline provider alone, so that any client of OpenRouter's chat
completions can be tried against it.

  --port N        the port on 127.0.0.1 (a free one, which is printed)
  --delay MS      no answer leaves earlier than this after its request came
  --key KEY       take no other key
  --account FILE  one JSON line for every request asked, and for every answer
                  that left whole or not
  --faults FILE   answer badly where the rules in this JSON file say so, such as
                    [ { "case": "11a", "route": "text", "nth": [1, 4] },
                      { "case": ["6", "10b"], "probability": 0.2, "seed": 7 } ]
                  or { "rules": [...], "rate": { "per_second": 5, "burst": 5 } };
                  docs/providers.md has the cases and all that a rule can say

GET /_account tells what was asked, answered whole and billed so far, and what a
good client would not have sent.

  sbhost mock --port 8080 --delay 300
  sbhost run story.lua --base-url http://127.0.0.1:8080/api/v1]],

  lua = [[
sbhost lua FILE [ARG...]
sbhost lua

Runs a Lua script as a task of the loop, with the host modules (host.loop,
host.http, host.batch, host.dag, host.json, …) to require. The script's return
value, if it is an integer, is the exit status.

Without a file it reads Lua line by line and prints what each line gives. The host
modules are there by their names, and what waits is waited for.

  sbhost lua examples/fetch.lua https://example.org https://example.net]],
}
