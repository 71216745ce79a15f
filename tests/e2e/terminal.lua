-- tests/e2e/terminal.lua: a terminal of a test's own (tmux), as a person sits at one: what
-- is on its screen, and keys that are pressed.

local support = require "support"

local M = {}

---@class Terminal
---@field private socket string
local Terminal = {}
Terminal.__index = Terminal

local function read(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  pipe:close()
  return text
end

--- Opens a terminal and runs a shell command in it. It dies with the variable, and the
--- last screen stays until then.
---@param command string
---@param size { columns: integer, rows: integer }?
---@return Terminal
function M.open(command, size)
  local socket = support.folder() .. "/socket"
  local columns, rows = size and size.columns or 100, size and size.rows or 40
  local script = support.quote("TERM=xterm-256color; export TERM; unset NO_COLOR OPENROUTER_API_KEY; " .. command
    .. "; echo \"ended with $?\"; sleep 60")
  assert(os.execute(("tmux -S %s -f /dev/null new-session -d -x %d -y %d %s"):format(socket, columns, rows, script)))
  return setmetatable({ socket = socket }, Terminal)
end

--- What is on the screen.
---@return string
function Terminal:screen()
  return read(("tmux -S %s capture-pane -p"):format(self.socket))
end

--- The same, with what has scrolled off it.
---@return string
function Terminal:all()
  return read(("tmux -S %s capture-pane -p -S -"):format(self.socket))
end

--- Whether the cursor is shown.
---@return boolean
function Terminal:shows_cursor()
  return self:ask "#{cursor_flag}" == "1"
end

--- Presses keys, by tmux's names of them: "a", "Enter", "Up", "C-c".
---@param ... string
function Terminal:press(...)
  assert(os.execute(("tmux -S %s send-keys %s"):format(self.socket, table.concat({ ... }, " "))))
end

--- Waits until something has been on the screen.
---@param text string as it stands there
---@return string all that has been
function Terminal:await(text)
  return support.await(("'%s' on the screen"):format(text), function()
    local all = self:all()
    return all:find(text, 1, true) and all or nil
  end)
end

--- What tmux knows of it, by one of its formats.
---@param format string "#{pane_title}"
---@return string
function Terminal:ask(format)
  return read(("tmux -S %s display-message -p '%s'"):format(self.socket, format)):match "^[^\n]*"
end

--- Makes it wider or narrower, higher or lower. The program in it stands still until the
--- terminal has told the system of its new size: tmux takes a while, and what is painted
--- meanwhile nobody can put right.
---@param columns integer
---@param rows integer
function Terminal:resize(columns, rows)
  local shell = self:ask "#{pane_pid}"
  local program = read(("cat /proc/%s/task/%s/children"):format(shell, shell)):match "%d+"
  assert(os.execute("kill -STOP " .. program))
  assert(os.execute(("tmux -S %s resize-window -x %d -y %d"):format(self.socket, columns, rows)))
  support.await("the new size", function()
    return read("stty size -F " .. self:ask "#{pane_tty}") == ("%d %d\n"):format(rows, columns)
  end)
  assert(os.execute("kill -CONT " .. program))
end

--- Waits until something is on the screen, with nothing of what was there before.
---@param text string
---@return string
function Terminal:await_screen(text)
  return support.await(("'%s' on the screen"):format(text), function()
    local screen = self:screen()
    return screen:find(text, 1, true) and screen or nil
  end)
end

function Terminal:__close()
  os.execute(("tmux -S %s kill-server 2>/dev/null"):format(self.socket))
end

return M
