---@meta host.ui
-- The terminal, and a display on standard output: a block of lines at the bottom
-- that is painted over and over, while what is printed scrolls by above it.

local ui = {}

---@alias host.ui.stream "stdout" | "stderr" | "stdin"

---@param stream host.ui.stream?  "stdout" unless given
---@return boolean
function ui.terminal(stream) end

---Whether to use colours: at a terminal, unless NO_COLOR is set or TERM is dumb.
---@param stream host.ui.stream?  "stdout" unless given
---@return boolean
function ui.colour(stream) end

---80 and 24 where nobody knows.
---@return integer columns
---@return integer rows
function ui.size() end

---Shows these lines in place of the last block; without lines takes it away. They
---are cut to the terminal's width, and to one row less than it has. Nothing is
---shown where there is no terminal, or a dumb one.
---Colours (ESC [ … m) last to the end of their line; other control characters are
---not let through.
---@param lines string[]
---@return true? ok
---@return string? message
---@return string? code
function ui.block(lines) end

---Prints a line, or several, above the block. Where there is no terminal, or a
---dumb one, it is written as it is.
---@param line string
---@return true? ok
---@return string? message
---@return string? code
function ui.print(line) end

---Leaves the block where it is, and goes on below it. The end of the program, in
---whatever way, does the same.
---@return true? ok
---@return string? message
---@return string? code
function ui.finish() end

---Waits for a key to be pressed at the terminal on standard input, and does not
---show it. Ctrl-C interrupts the process as always; what sends no character
---(arrows, function keys) is swallowed.
---@return string? character in UTF-8; "\n" for Enter
---@return string? message
---@return string? code "EOF" when the terminal is gone
function ui.key() end

---Waits for a line of standard input, whatever that is. It cannot be given up: a
---task that is cancelled meanwhile leaves the line to nobody, and the program waits
---for it before it ends.
---@return string? line without its end
---@return string? message
---@return string? code "EOF" when there are no more
function ui.line() end

return ui
