-- lua/cli/completions.lua: `sbhost completions SHELL`: prints what bash, zsh or fish needs
-- to complete the commands and their options.

local commands = require "cli.commands"
local fault = require "pipeline.fault"
local flags = require "cli.flags"

local SHELLS = { "bash", "fish", "zsh" }

--- A text inside single quotes of a shell, on one short line.
local function quoted(text)
  local short = text:match "^(.-)[;:%.]%s" or text
  return "'" .. short:gsub("'", "'\\''") .. "'"
end

local function names_of(list, field)
  local names = {}
  for i, entry in ipairs(list) do
    names[i] = entry[field]
  end
  return table.concat(names, " ")
end

local print_for = {}

function print_for.bash()
  local cases = {}
  for _, command in ipairs(commands) do
    local own = flags.of(command[1])
    if #own > 0 then
      cases[#cases + 1] = ("    %s) options='%s' ;;"):format(command[1], names_of(own, "name"))
    end
  end
  return ([[
# bash completion of sbhost. Put this into your ~/.bashrc:
#   eval "$(sbhost completions bash)"
_sbhost() {
  local word=${COMP_WORDS[COMP_CWORD]} options=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ] || [ "${COMP_WORDS[1]}" = help ]; then
    mapfile -t COMPREPLY < <(compgen -W '@COMMANDS@' -- "$word")
    return
  fi
  case ${COMP_WORDS[1]} in
@CASES@
  esac
  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -X '!*.lua' -- "$word"; compgen -d -- "$word") ;;
  esac
}
complete -o filenames -F _sbhost sbhost]]):gsub("@(%u+)@", {
    COMMANDS = names_of(commands, 1),
    CASES = table.concat(cases, "\n"),
  })
end

function print_for.fish()
  local out = {
    "# fish completion of sbhost. Put this into ~/.config/fish/config.fish:",
    "#   sbhost completions fish | source",
    "complete -c sbhost -n 'not __fish_use_subcommand' -F",
    "complete -c sbhost -n __fish_use_subcommand -f",
  }
  for _, command in ipairs(commands) do
    local line = "complete -c sbhost -n '__fish_use_subcommand' -a %s -d %s"
    out[#out + 1] = line:format(command[1], quoted(command[3]))
    for _, flag in ipairs(flags.of(command[1])) do
      out[#out + 1] = ("complete -c sbhost -n '__fish_seen_subcommand_from %s' -l %s%s -d %s"):format(
        command[1],
        flag.name:sub(3),
        flag.value and " -r" or "",
        quoted(flag.about)
      )
    end
  end
  return table.concat(out, "\n")
end

--- An option as zsh's _arguments takes it; brackets and colons end what they stand in.
local function zsh_option(flag)
  local about = quoted(flag.about):sub(2, -2):gsub("[%[%]:]", "\\%0")
  return ("      '%s[%s]%s'"):format(flag.name, about, flag.value and (":%s:_files"):format(flag.value) or "")
end

function print_for.zsh()
  local out = {
    "#compdef sbhost",
    "# zsh completion of sbhost. Put this into your ~/.zshrc, behind compinit:",
    '#   eval "$(sbhost completions zsh)"',
    "_sbhost() {",
    "  if (( CURRENT == 2 )) || [[ ${words[2]} == help ]]; then",
    "    local -a names=(",
  }
  for _, command in ipairs(commands) do
    out[#out + 1] = ("      %s"):format(quoted(command[1] .. ":" .. command[3]:gsub(":", ",")))
  end
  out[#out + 1] = "    )\n    _describe command names\n    return\n  fi\n  local -a options=()\n  case ${words[2]} in"
  for _, command in ipairs(commands) do
    local own = flags.of(command[1])
    if #own > 0 then
      out[#out + 1] = ("    %s) options=("):format(command[1])
      for _, flag in ipairs(own) do
        out[#out + 1] = zsh_option(flag)
      end
      out[#out + 1] = "    ) ;;"
    end
  end
  out[#out + 1] = "  esac\n  shift words; (( CURRENT-- ))"
  out[#out + 1] = "  _arguments $options '*:file:_files -g \"*.lua(-.)\"'\n}\ncompdef _sbhost sbhost"
  return table.concat(out, "\n")
end

---@param shell string?
---@return integer status
return function(shell)
  if not shell then
    fault.raise { message = "for which shell?", hint = "sbhost completions bash, zsh or fish" }
  elseif not print_for[shell] then
    local about = { message = ("there are no completions for '%s'"):format(shell) }
    fault.unknown(about, shell, SHELLS, "the shells are")
  end
  print((print_for[shell]()))
  return 0
end
