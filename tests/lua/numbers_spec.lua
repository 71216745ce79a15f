local artifact = require "host.artifact"
local numbers = require "pipeline.numbers"

describe("the letters of set-ups", function()
  it("leave out I and O, which would be read as 1 and 0", function()
    local all = {}
    for i = 1, 24 do
      all[i] = numbers.letters(i)
    end
    assert.equal("ABCDEFGHJKLMNPQRSTUVWXYZ", table.concat(all))
  end)

  it("go on after Z with AA, and never come twice", function()
    assert.equal("AA", numbers.letters(25))
    assert.equal("AH", numbers.letters(32))
    assert.equal("AJ", numbers.letters(33))
    assert.equal("AZ", numbers.letters(48))
    assert.equal("BA", numbers.letters(49))
    assert.equal("ZZ", numbers.letters(24 + 24 * 24))
    assert.equal("AAA", numbers.letters(24 + 24 * 24 + 1))
    local seen = {}
    for i = 1, 2000 do
      local text = numbers.letters(i)
      assert.is_nil(seen[text])
      assert.is_nil(text:find "[IO]")
      seen[text] = true
    end
  end)
end)

describe("the numbers of a film", function()
  it("are scene and set-up letters when the story says nothing", function()
    assert.same({
      { scene = "10", stage = "10", shots = { "10A", "10B", "10C" } },
      { scene = "20", stage = "20", shots = { "20A" } },
    }, numbers.of { 3, 1 })
  end)

  it("are scenes and shots by tens, which sort as texts", function()
    local film = numbers.of({ 3, 12 }, "tens")
    assert.same({ scene = "010", stage = "010_0000", shots = { "010_0010", "010_0020", "010_0030" } }, film[1])
    assert.equal("020_0120", film[2].shots[12])
    assert.is_true(film[1].shots[3] < film[2].stage and film[2].stage < film[2].shots[1])
  end)

  it("are cuts that run through, a digit wider where there are a thousand", function()
    assert.same({
      { scene = "1", stage = "S1", shots = { "001", "002" } },
      { scene = "2", stage = "S2", shots = {} },
      { scene = "3", stage = "S3", shots = { "003" } },
    }, numbers.of({ 2, 0, 1 }, "cuts"))
    assert.same({ "0001", "1000" }, {
      numbers.of({ 1, 999 }, "cuts")[1].shots[1], numbers.of({ 1, 999 }, "cuts")[2].shots[999],
    })
  end)

  it("are taken once within a film, whatever the scheme", function()
    for _, scheme in ipairs(numbers.schemes) do
      local seen = {}
      for _, scene in ipairs(numbers.of({ 30, 0, 200, 3 }, scheme)) do
        for _, number in ipairs { scene.stage, table.unpack(scene.shots) } do
          assert.is_nil(seen[number], number)
          seen[number] = true
        end
      end
    end
  end)

  it("follow an artifact that is still growing", function()
    assert.same({}, numbers.of_artifact(artifact.new()))
    local tree = artifact.from { scenes = { { name = "A" }, { name = "B", shots = { { name = "x" } } } } }
    assert.same({ scene = "20", stage = "20", shots = { "20A" } }, numbers.of_artifact(tree)[2])
  end)
end)
