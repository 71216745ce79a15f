---@meta host.pdf
-- A PDF of pages on which text, pictures and rectangles have their places. A shared
-- object of its own, which is loaded by the first `require`.

local pdf = {}

---Text of any script, in whatever fonts the system has for it. Letters are made
---smaller, from `size` down to `least`, until all of it fits; what still does not
---ends in an ellipsis.
---@class host.pdf.text
---@field [1] "text"
---@field x number
---@field y number
---@field width number
---@field height number
---@field text string
---@field size number
---@field least? number  (default size)
---@field bold? boolean
---@field align? "left" | "center" | "right"  (default "left"); exchanged for text that runs from right to left
---@field colour? integer  0xRRGGBB (default black)

---A picture file of any type that host.image knows, in its own proportions in the
---middle of its place, as a JPEG of the size at which it is printed.
---@class host.pdf.picture
---@field [1] "picture"
---@field x number
---@field y number
---@field width number
---@field height number
---@field path string

---@class host.pdf.rect
---@field [1] "rect"
---@field x number
---@field y number
---@field width number
---@field height number
---@field colour? integer
---@field line? number  width of its outline; it is filled without one

---@alias host.pdf.shape host.pdf.text | host.pdf.picture | host.pdf.rect

---Lengths are points (1/72 inch), from a page's top left corner.
---@class host.pdf.document
---@field path string    what to write, in place of what is there
---@field title? string
---@field width number   of each page
---@field height number
---@field pages host.pdf.shape[][]

---Waits. Writes a PDF, durable on return.
---@param document host.pdf.document
---@return integer? unknown how many characters no font of the system has
---@return string? message
---@return string? code
function pdf.write(document) end

return pdf
