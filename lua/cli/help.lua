-- lua/cli/help.lua: what `sbhost help COMMAND` prints. The completions, the man page and
-- the options of flags.lua are read from it.

return {
  run = [[
sbhost run STORY.lua [OPTION...]

Makes the storyboard of a story: data/PROJECT/artifact.json, a PNG for every prop,
stage and shot, and storyboard.html to look at. Answers are remembered, so nothing
is asked twice, and an interrupted run continues where it stopped.

  --provider NAME      offline (embedded, needs no key), openrouter, or openai: OpenAI
                       itself, or with --base-url any server that speaks its
                       protocol; the key is in OPENAI_API_KEY. The default is
                       openrouter if OPENROUTER_API_KEY is set, else offline
  --base-url URL       the provider's address, if not the usual one
  --model ROLE=MODEL   use another model for a role: story, detail, image, rewrite
  --from STEP          make another take of all tasks of a step, and redo what
                       depends on it
  --until STEP         make only calls of this step and of those it needs
  --only STEP          make only calls of this step; what it needs must be there
  --ask                show the options of a step at the terminal and wait for a
                       choice; not with --json
  --choose STEP=N      use option N of a step instead of option 1, for as long as
                       the options stay the same
  --lane LANE=N        at most N calls at once in a lane: text, image
  --max-cost USD       send no call that could take the cost of the run above this
  --resend-doubt USD   what repeating calls in doubt (sent but never answered) may
                       cost (0.50)
  --data DIR           the folder for projects (data)
  --strict             stop before drawing a scene whose shots violate a rule of the
                       craft (docs/steps.md)
  --stream             show texts as they arrive: the last line of each, or with
                       --json an event for each piece
  --watch              run again whenever the story, a module beside it, a step, a
                       rule, a file these read with io.open, a picture or
                       artifact.json is saved, until Ctrl-C; an error in a script is
                       shown, and the last working version stays in use
  --json               print events as JSON, one per line (docs/events.md)
  --quiet              print only errors: the tasks that failed, and what stops a run

Exit status: 0 all done; 1 some tasks failed or are in doubt, the rest is done and
kept; 2 the command or the story is wrong, or the project is busy or cannot be
written; 3 the cost limit was reached; 130 interrupted. With --watch, Ctrl-C ends
with the status of the last evaluation, or 130 while one is running.

  sbhost run examples/lighthouse.lua
  sbhost run story.lua --lane image=8 --choose lore=2]],

  plan = [[
sbhost plan STORY.lua [OPTION...]

Shows what `sbhost run` with the same options would do: the tasks that would be
reused, those that would make a call and why, and those that are not known yet
because they depend on answers still to come. Calls and costs are ranges, based on
prices, the size of the prompts, and earlier calls; anything unknown is listed
separately. Makes no call and needs no key.

  --from STEP, --until STEP, --only STEP, --choose STEP=N
                       as for `sbhost run`
  --provider NAME, --base-url URL, --model ROLE=MODEL, --data DIR
                       as for `sbhost run`

  sbhost plan examples/lighthouse.lua --provider openrouter
  sbhost plan story.lua --until shots]],

  edits = [[
sbhost edits STORY.lua [--data DIR]

Lists the changes made by hand, in data/PROJECT/artifact.json or with
`sbhost keep`. Edits whose item is gone are marked; they have no effect, and are
kept until `sbhost unedit` drops them. Can be used during a run.

  --data DIR  the folder for projects (data)

  sbhost edits examples/lighthouse.lua]],

  keep = [[
sbhost keep STORY.lua TASK... [--data DIR]

Turns the results of tasks, texts or pictures, into edits: the tasks make no more
calls, even when something they depend on changes. A task is written step,
step[item] or step[scene/shot]; * matches any text, ? one character.

  --data DIR  the folder for projects (data)

  sbhost keep story.lua lore 'shot_images[the-storm/*]'
  sbhost unedit story.lua 'lore.*'             lets them go again]],

  unedit = [[
sbhost unedit STORY.lua PATH... [--data DIR]

Drops edits, by the paths that `sbhost edits` lists; * matches any text, ? one
character. The next run restores the generated value without a call. This includes
pictures that were overwritten, unless `sbhost clean` has removed their take.

  --data DIR  the folder for projects (data)

  sbhost unedit story.lua 'scenes[the-storm].description' 'lore.*']],

  graph = [[
sbhost graph STORY.lua [OPTION...]

Draws the steps of a story, their order, and the state of each: done, to do,
waiting for others, failed, or skipped after a failure. Where one step follows
another indirectly, only the indirect way is drawn. Makes no call and needs no key.

  --format FORMAT      text (the default), dot (for Graphviz) or mermaid
  --tasks              show the tasks of each step: one per scene, prop or shot
  --provider NAME, --base-url URL, --model ROLE=MODEL, --choose STEP=N, --data DIR
                       as for `sbhost run`

  sbhost graph examples/lighthouse.lua
  sbhost graph story.lua --tasks --format dot | dot -Tsvg > story.svg]],

  why = [[
sbhost why STORY.lua TASK [OPTION...]

Explains why a task would run, or why it last ran: the first difference in its
request, old and new, the value that changed, the task that wrote that value, and
why that one ran. Makes no call.

A task is written step, step[item] or step[scene/shot], as in `sbhost plan`.

  --data DIR          the folder for projects (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`: other models make other requests
  --choose STEP=N     as for `sbhost run`

  sbhost why examples/lighthouse.lua lore
  sbhost why story.lua 'shots[the-storm]']],

  prompt = [[
sbhost prompt STORY.lua TASK [OPTION...]

Shows the request of a task: the system message, the prompt with all its values,
the schema of the answer, and the reference pictures. If the request is not known
yet, says what it waits for. Makes no call and needs no key.

  --data DIR          the folder for projects (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`: other models make other requests
  --choose STEP=N     as for `sbhost run`

  sbhost prompt examples/lighthouse.lua lore]],

  redo = [[
sbhost redo STORY.lua TASK... [OPTION...]

Requests another take of tasks. The next run makes it, and redoes whatever depends
on it; earlier takes are kept. Requesting it again before that run changes nothing.

In the name of a task, * matches any text and ? one character; the name of a step
means all of its tasks.

  --data DIR          the folder for projects (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`: other models make other requests

  sbhost redo story.lua lore
  sbhost redo story.lua 'shot_images[the-storm/*]']],

  takes = [[
sbhost takes STORY.lua TASK [OPTION...]

Lists the takes of a task: number, time, model, cost, and the picture or the
beginning of the text. * marks the current one.

  --data DIR          the folder for projects (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`: other models make other requests

  sbhost takes story.lua 'shot_images[the-storm/the-lamp]']],

  take = [[
sbhost take STORY.lua TASK N [OPTION...]

Makes take N of a task, as numbered by `sbhost takes`, the current one, until the
task's request changes or another take is made.

  --data DIR          the folder for projects (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`: other models make other requests
  --choose STEP=N     as for `sbhost run`

  sbhost take story.lua 'shot_images[the-storm/the-lamp]' 1]],

  choose = [[
sbhost choose STORY.lua STEP [N] [OPTION...]

Shows the options of a step, or chooses option N. The next run redoes what depends on it; going back
costs nothing. When the step gets new options, the choice no longer applies: then
the story's `choices` or option 1 is used.

  --data DIR          the folder for projects (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`: other models make other requests

  sbhost choose story.lua lore
  sbhost choose story.lua lore 2]],

  clean = [[
sbhost clean STORY.lua [OPTION...]

Deletes what no current take needs: the pictures of earlier takes, the answers they
came from, and plates of reference pictures. Lists the files and asks first.

  --yes               do not ask
  --data DIR          the folder for projects (data)
  --provider NAME, --base-url URL, --model ROLE=MODEL
                      as for `sbhost run`: other models make other requests
  --choose STEP=N     as for `sbhost run`

  sbhost clean story.lua]],

  doubt = [[
sbhost doubt STORY.lua [--data DIR]

Lists calls that were sent but never answered, so that it is unknown whether they
were charged: when each was sent, the most it may have cost, and the provider's
name for it. Makes no call.

  --data DIR  the folder for projects (data)

  sbhost doubt examples/lighthouse.lua]],

  status = [[
sbhost status STORY.lua [--data DIR]

Shows the state of a project: what is done of each step, what failed and why, what
its calls have cost, and which calls are in doubt (sent but never answered). Makes
no call, and can be used during a run.

  --data DIR  the folder for projects (data)

  sbhost status examples/lighthouse.lua]],

  check = [[
sbhost check STORY.lua [OPTION...]

Checks that a story, its steps and prompts fit together, and that prompts are the
same each time they are loaded. Then checks the existing shots against the rules of
the craft (docs/steps.md). Makes no call and needs no key.

  --strict             exit with status 1 if a rule is violated
  --provider NAME, --base-url URL, --model ROLE=MODEL, --data DIR
                       as for `sbhost run`

Exit status: 0 no problems, 1 problems found, 2 the story cannot be loaded.

  sbhost check examples/lighthouse.lua]],

  export = [[
sbhost export STORY.lua --format FORMAT [--out PATH] [--data DIR]

Writes the storyboard as it is now, for other programs and for the crew, to
data/PROJECT/exports/ or to PATH. Makes no call.

  --format FORMAT  one of the formats below
  --layout LAYOUT  for PDF: western (three panels a page, the default), konte (five
                   in a column, with action, dialogue and time) or grid (contact
                   sheet)
  --out PATH       the file, or the folder for pictures
  --data DIR       the folder for projects (data)

  pdf        the board on paper
  csv        the shot list, one row per shot
  json       everything, with numbers and times
  srt        the dialogue as subtitles
  fountain   the scenes as a screenplay
  edl        the cut as an edit decision list (CMX 3600)
  fcp7       the cut as Final Cut Pro 7 XML
  otio       the cut as an OpenTimelineIO timeline
  html       the board as a single file, with small pictures
  pictures   the pictures in a folder, named by number

Times are in frames at the story's rate (24 per second by default).

  sbhost export examples/lighthouse.lua --format pdf --layout konte
  sbhost export examples/lighthouse.lua --format csv
  sbhost export story.lua --format edl --out cut.edl]],

  new = [[
sbhost new DIR [OPTION...]

Writes a story to start from into the folder DIR: story.lua, an additional step
(steps/music_cues.lua), and .luarc.json, which tells an editor's Lua language server
about sbhost's modules and the fields of the storyboard. Asks three questions unless
--prompt is given.

  --prompt TEXT  the idea; asks nothing
  --style TEXT   the look of the pictures
  --scenes N     the number of scenes (5)

  sbhost new lighthouse
  sbhost new lighthouse --prompt "A keeper finds that her light is answered."]],

  steps = [[
sbhost steps [STORY.lua] [--eject NAME]

Lists the steps of a story, or the built-in ones, in order: name, what it is
repeated for, what it does, and its file if it is not built in.

  --eject NAME   copy a built-in step to steps/ beside the story (without a story:
                 to ./steps), where it replaces the built-in one

  sbhost steps
  sbhost steps story.lua --eject shots]],

  completions = [[
sbhost completions SHELL

Prints completions of sbhost's commands and options for bash, zsh or fish.

  eval "$(sbhost completions bash)"       in ~/.bashrc
  eval "$(sbhost completions zsh)"        in ~/.zshrc, after compinit
  sbhost completions fish | source        in ~/.config/fish/config.fish]],

  mock = [[
sbhost mock [OPTION...]

Runs the offline provider as a server, to test any client of OpenRouter's or
OpenAI's protocol.

  --port N        the port on 127.0.0.1 (default: a free one, which is printed)
  --delay MS      delay every answer by at least this long
  --key KEY       accept only this key
  --account FILE  write a line of JSON for every request, and for every answer
                  when it has been sent, completely or not
  --faults FILE   give bad answers according to the rules in this JSON file:
                    [ { "case": "11a", "route": "text", "nth": [1, 4] },
                      { "case": ["6", "10b"], "probability": 0.2, "seed": 7 } ]
                  or { "rules": [...], "rate": { "per_second": 5, "burst": 5 } };
                  docs/providers.md lists the cases and the keys of a rule

GET /_account reports what was asked, answered and charged so far, and what a good
client would not have sent.

  sbhost mock --port 8080 --delay 300
  sbhost run story.lua --base-url http://127.0.0.1:8080/api/v1]],

  lua = [[
sbhost lua FILE [ARG...]
sbhost lua

Runs a Lua script as a task, with the host modules available to require: host.loop,
host.http, host.batch, host.dag, host.json and others. If the script returns an
integer, that is the exit status.

Without a file, reads Lua line by line and prints the values of each line. The host
modules are available by name (http, json), and calls that wait are waited for.

  sbhost lua examples/fetch.lua https://example.org https://example.net]],
}
