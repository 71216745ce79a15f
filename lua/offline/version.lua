-- lua/offline/version.lua: what the offline provider writes and draws for a request
-- stays the same within a version.

return 1
