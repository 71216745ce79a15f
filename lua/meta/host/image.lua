---@meta host.image
-- Pictures: looked at, taken in, made small, and drawn. All but text_width waits, while the
-- work is done in the thread pool. Sizes and places are pixels.

local image = {}

---@class host.image.info
---@field type "png" | "jpeg" | "webp"
---@field width integer
---@field height integer
---@field bytes integer  of the file

---Looks whether a file is a whole picture, without decoding it: signature, size
---(at most 8192 a side, 40 million pixels), a PNG's checksums, its end.
---@param path string
---@return host.image.info?
---@return string? message  "a.png: it is HTML"
---@return string? code  "EBADPICTURE", or that of an error of the file ("ENOENT")
function image.inspect(path) end

---@class host.image.saved
---@field path string  "<dir>/<stem>.png", "<dir>/<stem>-2.png", …
---@field width integer
---@field height integer
---@field bytes integer
---@field sha256 string  of the file at path, hexadecimal

---Puts a picture at <dir>/<stem>.png, durable on return; the source stays where it
---is, and no write to the one changes the other. A PNG is stored as it came, byte
---for byte; JPEG and WebP are converted, one at a time. A name that is taken by
---another content gets -2, -3, …; one that has the same content already is the one
---returned. Refused as "EBADPICTURE": what inspect refuses and, unless it is a
---person's own, what is under 64 pixels a side or under 1024 bytes, and a picture of
---one single colour.
---@param source string
---@param dir string  a folder that is there
---@param stem string  the name of the file without its .png
---@param own? boolean  a person brought it, so that it is taken as it is
---@return host.image.saved?
---@return string? message
---@return string? code
function image.save(source, dir, stem, own) end

---A colour, 0xRRGGBB.
---@alias host.image.colour integer

---A place on a gradient, 0 to 1; its colour; its alpha, 0 to 1 (default 1).
---Stops are in order of their places, 1 to 16 of them.
---@alias host.image.stop { [1]: number, [2]: host.image.colour, [3]: number? }

---Linear with four numbers, from a point to a point: { x0, y0, x1, y1, stops = … };
---radial with three, from a point to that far from it: { x, y, radius, stops = … }.
---Before the first stop and after the last, the colour goes on.
---@class host.image.gradient
---@field [integer] number
---@field stops host.image.stop[]

---What a shape is painted with: colour or gradient.
---@class host.image.paint
---@field colour? host.image.colour
---@field gradient? host.image.gradient
---@field alpha? number  0 to 1, of all of it (default 1)

---Commands, each followed by its numbers, the first of them "M":
---  "M", x, y                          begin a contour
---  "L", x, y                          a line
---  "Q", cx, cy, x, y                  a quadratic curve
---  "C", ax, ay, bx, by, x, y          a cubic curve
---  "Z"                                close the contour
---Filled, contours of one direction join, and one of the other direction inside of
---another is a hole. Numbers reach from -100000 to 100000.
---@alias host.image.path (string | number)[]

---@class host.image.fill: host.image.paint
---@field [1] "fill"
---@field path host.image.path

---@class host.image.ellipse: host.image.paint
---@field [1] "ellipse"
---@field cx number  its middle
---@field cy number
---@field rx number  half its width
---@field ry number  half its height
---@field rotate? number  degrees, clockwise (default 0)

---A line drawn with a round pen: round ends and bends.
---@class host.image.stroke: host.image.paint
---@field [1] "stroke"
---@field path host.image.path
---@field width number

---DejaVu Sans, left to right. A line feed ends a line. Lines are 1.25 sizes apart.
---@class host.image.text: host.image.paint
---@field [1] "text"
---@field x number  where the lines begin, have their middle, or end: see align
---@field y number  the baseline of the first line
---@field size number  pixels an em
---@field text string
---@field align? "left" | "center" | "right"  (default "left")
---@field max_width? number  lines are broken at spaces to be no wider
---@field lines? integer  at most so many; what is left out shows as an ellipsis
---@field bold? boolean

---A picture file, of any type that inspect knows, in its own proportions; or an inset.
---@class host.image.picture
---@field [1] "picture"
---@field path? string
---@field inset? host.image.inset  in place of a path
---@field x number  the frame it goes into
---@field y number
---@field width integer
---@field height integer
---@field fit? "contain" | "cover"  all of it in the frame's middle (default), or all of the frame
---@field alpha? number  0 to 1 (default 1)

---Makes spots of what is drawn so far lighter or darker by chance.
---@class host.image.grain
---@field [1] "grain"
---@field amount number  0 to 1: by so much of half the scale at most; 0.04 is visible
---@field seed integer  0 to 2^32-1; the same seed gives the same grain

---@alias host.image.shape host.image.fill | host.image.ellipse | host.image.stroke | host.image.text | host.image.picture | host.image.grain

---@class host.image.drawing
---@field path string  the PNG to write, in place of what is there
---@field scratch? boolean  of no use after a crash, so not flushed to disk
---@field width integer  1 to 8192
---@field height integer  1 to 8192; at most 40 million pixels in all
---@field background? host.image.colour | host.image.gradient  (default white)
---@field shapes host.image.shape[]  each drawn over those before it

---@class host.image.drawn
---@field width integer
---@field height integer
---@field bytes integer
---@field sha256 string  of the file, hexadecimal

---Draws shapes into a PNG of RGB, which is durable on return unless it is scratch. Edges
---are smooth; the same drawing gives the same bytes. A shape that is wrong raises,
---naming it and its field: "shapes[12].path: 'X' is no path command".
---@param drawing host.image.drawing
---@return host.image.drawn?
---@return string? message
---@return string? code
function image.draw(drawing) end

---A picture that is decoded and made small once, to be put into several drawings.
---@class host.image.inset

---Makes an inset of a picture file: as large as a frame of that size lets it be. Drawn
---into such a frame it gives the same as the file, in a fraction of the time.
---@param path string
---@param width integer
---@param height integer
---@return host.image.inset?
---@return string? message
---@return string? code
function image.inset(path, width, height) end

---A picture as a data URL: a JPEG that is at most `side` pixels wide and high, and no
---larger than the picture itself. What is transparent shows white.
---@param path string
---@param side integer
---@return string? url  "data:image/jpeg;base64,…"
---@return string? message  "a.png: no such file or directory"
---@return string? code
function image.thumbnail(path, side) end

---How wide a line of text is in DejaVu Sans.
---@param text string
---@param size number  pixels an em
---@param bold? boolean
---@return number? pixels
---@return string? message
---@return string? code
function image.text_width(text, size, bold) end

return image
