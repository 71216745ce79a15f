-- lua/cli/completions.lua: `sbhost completions SHELL`: prints what bash, zsh or fish needs
-- to complete the commands, their options, and the values that are known.

local commands = require "cli.commands"
local fault = require "pipeline.fault"
local flags = require "cli.flags"
local formats = require "export.formats"
local forms = require "cli.graph_forms"
local names = require "pipeline.names"
local pdf = require "export.pdf"
local providers = require "providers"
local story = require "pipeline.story"

local SHELLS = { "bash", "fish", "zsh" }

--- The values of options by what the help calls them.
local VALUES = { STEP = story.nine, LAYOUT = pdf.layouts, DIR = "folders", PATH = "files", FILE = "files" }

--- Those of options whose values have the same name in the help and differ.
local OWN_VALUES = {
  ["run --provider"] = providers.NAMES,
  ["export --format"] = names.keys(formats.formats),
  ["graph --format"] = forms.names,
}

--- What can be given as an option's value.
---@param command string
---@param flag Flag
---@return string[]|"files"|"folders"|nil nil: nothing that is known
local function values_of(command, flag)
  local key = (flag.name == "--provider" and "run " or command .. " ") .. flag.name
  return OWN_VALUES[key] or VALUES[flag.value]
end

--- A text inside single quotes of a shell, on one short line.
local function quoted(text)
  local short = text:match "^(.-)[;:%.]%s" or text
  return "'" .. short:gsub("'", "'\\''") .. "'"
end

local function names_of(list, field)
  local found = {}
  for i, entry in ipairs(list) do
    found[i] = entry[field]
  end
  return table.concat(found, " ")
end

local print_for = {}

--- How bash completes the value of an option.
local function bash_value(values)
  if type(values) == "table" then
    return ("compgen -W '%s' --"):format(table.concat(values, " "))
  end
  return values == "files" and "compgen -f --" or values == "folders" and "compgen -d --" or ":"
end

function print_for.bash()
  local options, values = {}, {}
  for _, command in ipairs(commands) do
    local own = flags.of(command[1])
    if #own > 0 then
      options[#options + 1] = ("    %s) options='%s' ;;"):format(command[1], names_of(own, "name"))
    end
    for _, flag in ipairs(own) do
      if flag.value then
        values[#values + 1] = ("    '%s %s') list='%s' ;;"):format(command[1], flag.name,
          (bash_value(values_of(command[1], flag)):gsub("'", "'\\''")))
      end
    end
  end
  return ([[
# bash completion of sbhost. Put this into your ~/.bashrc:
#   eval "$(sbhost completions bash)"
_sbhost() {
  local word=${COMP_WORDS[COMP_CWORD]} options= list=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ] || [ "${COMP_WORDS[1]}" = help ]; then
    mapfile -t COMPREPLY < <(compgen -W '@COMMANDS@' -- "$word")
    return
  fi
  case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}" in
    'completions completions') list="compgen -W '@SHELLS@' --" ;;
@VALUES@
  esac
  case ${COMP_WORDS[1]} in
@OPTIONS@
  esac
  if [ -n "$list" ]; then
    mapfile -t COMPREPLY < <(eval "$list" '"$word"')
    return
  fi
  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -X '!*.lua' -- "$word"; compgen -d -- "$word") ;;
  esac
}
complete -o filenames -F _sbhost sbhost]]):gsub("@(%u+)@", {
    COMMANDS = names_of(commands, 1),
    SHELLS = table.concat(SHELLS, " "),
    OPTIONS = table.concat(options, "\n"),
    VALUES = table.concat(values, "\n"),
  })
end

--- How fish completes the value of an option.
local function fish_value(values)
  if type(values) == "table" then
    return (" -x -a '%s'"):format(table.concat(values, " "))
  end
  return values == "files" and " -r" or values == "folders" and " -x -a '(__fish_complete_directories)'" or " -x"
end

function print_for.fish()
  local out = {
    "# fish completion of sbhost. Put this into ~/.config/fish/config.fish:",
    "#   sbhost completions fish | source",
    "complete -c sbhost -n 'not __fish_use_subcommand' -F",
    "complete -c sbhost -n __fish_use_subcommand -f",
    ("complete -c sbhost -n '__fish_seen_subcommand_from help' -f -a '%s'"):format(names_of(commands, 1)),
    ("complete -c sbhost -n '__fish_seen_subcommand_from completions' -f -a '%s'"):format(table.concat(SHELLS, " ")),
  }
  for _, command in ipairs(commands) do
    local line = "complete -c sbhost -n '__fish_use_subcommand' -a %s -d %s"
    out[#out + 1] = line:format(command[1], quoted(command[3]))
    for _, flag in ipairs(flags.of(command[1])) do
      out[#out + 1] = ("complete -c sbhost -n '__fish_seen_subcommand_from %s' -l %s%s -d %s"):format(
        command[1],
        flag.name:sub(3),
        flag.value and fish_value(values_of(command[1], flag)) or "",
        quoted(flag.about)
      )
    end
  end
  return table.concat(out, "\n")
end

--- How zsh completes the value of an option.
local function zsh_value(values)
  if type(values) == "table" then
    return ("(%s)"):format(table.concat(values, " "))
  end
  return values == "files" and "_files" or values == "folders" and "_files -/" or " "
end

--- An option as zsh's _arguments takes it; brackets and colons end what they stand in.
local function zsh_option(command, flag)
  local about = quoted(flag.about):sub(2, -2):gsub("[%[%]:]", "\\%0")
  local value = flag.value and (":%s:%s"):format(flag.value, zsh_value(values_of(command, flag))) or ""
  return ("      '%s[%s]%s'"):format(flag.name, about, value)
end

function print_for.zsh()
  local out = {
    "#compdef sbhost",
    "# zsh completion of sbhost. Put this into your ~/.zshrc, after compinit:",
    '#   eval "$(sbhost completions zsh)"',
    "_sbhost() {",
    "  if (( CURRENT == 2 )) || [[ ${words[2]} == help ]]; then",
    "    local -a names=(",
  }
  for _, command in ipairs(commands) do
    out[#out + 1] = ("      %s"):format(quoted(command[1] .. ":" .. command[3]:gsub(":", ",")))
  end
  out[#out + 1] = "    )\n    _describe command names\n    return\n  fi\n  local -a options=()\n  case ${words[2]} in"
  out[#out + 1] = ("    completions) compadd %s; return ;;"):format(table.concat(SHELLS, " "))
  for _, command in ipairs(commands) do
    local own = flags.of(command[1])
    if #own > 0 then
      out[#out + 1] = ("    %s) options=("):format(command[1])
      for _, flag in ipairs(own) do
        out[#out + 1] = zsh_option(command[1], flag)
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
    fault.raise { message = "which shell?", hint = "sbhost completions bash, zsh or fish" }
  elseif not print_for[shell] then
    local about = { message = ("there are no completions for '%s'"):format(shell) }
    fault.unknown(about, shell, SHELLS, "the shells are")
  end
  print((print_for[shell]()))
  return 0
end
