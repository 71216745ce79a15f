local mend = require "pipeline.call.mend"

describe("mending UTF-8", function()
  it("leaves good text as it is", function()
    for _, text in ipairs { "", "plain", "Grüße, 灯台 🗼", "a\0b" } do
      assert.equal(text, mend.utf8(text))
    end
  end)

  it("puts one mark for each byte that is none", function()
    assert.equal("Gr\u{FFFD}n", mend.utf8 "Gr\xFCn")
    assert.equal("ü\u{FFFD}\u{FFFD}ü", mend.utf8 "ü\xFF\xFEü")
    assert.equal("a\u{FFFD}", mend.utf8 "a\xC3")
    assert.equal("\u{FFFD}a", mend.utf8 "\x80a")
  end)

  it("makes of any bytes what is UTF-8", function()
    math.randomseed(7)
    for _ = 1, 300 do
      local bytes = {}
      for i = 1, math.random(0, 40) do
        bytes[i] = string.char(math.random(0, 255))
      end
      assert.truthy(utf8.len(mend.utf8(table.concat(bytes))))
    end
  end)
end)
