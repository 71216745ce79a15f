local M = {}
function M.draw() error "later" end
return M
