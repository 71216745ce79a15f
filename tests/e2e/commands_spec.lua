-- The commands around a story: a new one, its steps, and what a shell completes.

local file = require "host.file"
local json = require "host.json"
local support = require "support"

local function run(...)
  return support.run { ... }
end

describe("sbhost new", function()
  local function make(at, ...)
    local made = run("new", at .. "/clock", "--prompt", 'A "clock" that counts\\ back.\nSlowly.', ...)
    assert.equal(0, made.status, made.err)
    return made
  end

  it("writes a story that runs, with its own step in it", function()
    local at = support.folder()
    make(at, "--scenes", "2")
    local ran = run("run", at .. "/clock/story.lua", "--data", at .. "/data", "--quiet")
    assert.equal(0, ran.status, ran.out .. ran.err)
    local board = json.decode(file.read(at .. "/data/clock/artifact.json"))
    assert.equal('A "clock" that counts\\ back.\nSlowly.', board.user_prompt)
    assert.equal(2, #board.scenes)
    assert.is_string(board.scenes[1].music)
  end)

  it("tells the language server where the definitions are", function()
    local at = support.folder()
    make(at)
    local settings = json.decode(file.read(at .. "/clock/.luarc.json"))
    local library = settings["workspace.library"][1]
    assert.is_true(file.exists(library .. "/meta/artifact.lua"))
    assert.is_true(file.exists(library .. "/meta/host/http.lua"))
  end)

  it("takes answers to its questions, and writes over nothing", function()
    local at = support.folder()
    local asked = support.shell(("printf 'An idea.\\n\\n\\n' | %s new %s/clock"):format(support.sbhost, at))
    assert.equal(0, asked.status, asked.err)
    assert.truthy(file.read(at .. "/clock/story.lua"):find('prompt = "An idea."', 1, true))
    local again = run("new", at .. "/clock", "--prompt", "Another.")
    assert.equal(2, again.status)
    assert.truthy(again.err:find("already exists", 1, true), again.err)
  end)
end)

describe("sbhost steps", function()
  it("lists a story's steps with its own files, and copies one out that then counts", function()
    local at = support.write { ["story.lua"] = support.story() }
    local before = run("steps", at .. "/story.lua")
    assert.truthy(before.out:find("shot_images", 1, true))
    local ejected = run("steps", at .. "/story.lua", "--eject", "shots")
    assert.equal(0, ejected.status, ejected.err)
    assert.truthy(run("steps", at .. "/story.lua").out:find(at .. "/steps/shots.lua", 1, true))
    assert.equal(2, run("steps", at .. "/story.lua", "--eject", "shots").status)
    local unknown = run("steps", at .. "/story.lua", "--eject", "shot")
    assert.truthy(unknown.err:find("did you mean 'shots'?", 1, true), unknown.err)
  end)
end)

describe("sbhost completions", function()
  --- What a shell offers for a line that is not finished.
  local function offered(shell, line)
    local at = support.folder()
    assert(file.write(at .. "/c", run("completions", shell).out))
    local command = {
      bash = [[bash -c 'source %s; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _sbhost;]]
        .. [[ printf "%%s\n" "${COMPREPLY[@]}"']],
      fish = [[fish -c 'source %s; complete -C "%s"']],
    }
    local result = support.shell(command[shell]:format(at .. "/c", line))
    assert.equal(0, result.status, result.err)
    return result.out
  end

  for _, shell in ipairs { "bash", "fish" } do
    it("completes commands and options in " .. shell, function()
      assert.truthy(offered(shell, "sbhost st"):find "status")
      assert.is_nil(offered(shell, "sbhost st"):find "mock")
      assert.truthy(offered(shell, "sbhost run --max"):find("--max-cost", 1, true))
      assert.is_nil(offered(shell, "sbhost status --max"):find("--max-cost", 1, true))
    end)

    it("completes values that are known in " .. shell, function()
      assert.truthy(offered(shell, "sbhost run x.lua --provider off"):find "offline")
      assert.truthy(offered(shell, "sbhost plan x.lua --until sho"):find "shot_images")
      assert.truthy(offered(shell, "sbhost export x.lua --format fo"):find "fountain")
      assert.truthy(offered(shell, "sbhost graph x.lua --format mer"):find "mermaid")
      assert.truthy(offered(shell, "sbhost completions z"):find "zsh")
      assert.truthy(offered(shell, "sbhost help unk"):find "^%s*$")
    end)
  end

  it("is a script that zsh takes", function()
    local at = support.folder()
    assert(file.write(at .. "/c", run("completions", "zsh").out))
    local checked = support.shell("zsh -n " .. at .. "/c")
    assert.equal(0, checked.status, checked.err)
  end)

  it("knows every option that a command takes", function()
    local flags = require "cli.flags"
    for _, command in ipairs(require "cli.commands") do
      local told = {}
      for _, flag in ipairs(flags.of(command[1])) do
        told[flag.name] = true
      end
      local wrong = run(command[1], "--no-such-option")
      for option in wrong.err:gmatch "%-%-[%a-]+" do
        assert.is_true(told[option] or option == "--no-such-option", command[1] .. " " .. option)
      end
    end
  end)
end)
