import Imaging
import Testing

/// Where tiles lie, and that nothing is lost or changed between cutting and joining.
@Suite struct TileGridTests {
    private func rule(_ size: Int, _ overlap: Int) throws -> TileRule {
        try #require(TileRule(size: size, overlap: overlap))
    }

    @Test func theLastRowAndColumnAreMovedInwards() throws {
        let grid = TileGrid(try rule(512, 64), width: 1500, height: 1000)
        #expect((grid.rowCount, grid.columnCount, grid.count) == (3, 4, 12))
        #expect(grid.tiles.prefix(4).map(\.x) == [0, 448, 896, 988])
        #expect(grid.tiles.filter { $0.column == 0 }.map(\.y) == [0, 448, 488])
        #expect(grid.tiles.last.map { ($0.x + 512, $0.y + 512) == (1500, 1000) } == true)
        #expect(grid.tiles.map(grid.name).prefix(5) == ["r00c00", "r00c01", "r00c02", "r00c03", "r01c00"])
    }

    @Test func aGridThatFitsMovesNothing() throws {
        let grid = TileGrid(try rule(100, 0), width: 300, height: 200)
        #expect(grid.tiles.map(\.x) == [0, 100, 200, 0, 100, 200] && grid.tiles.map(\.y) == [0, 0, 0, 100, 100, 100])
        // One pixel more, one tile more.
        #expect(TileGrid(try rule(100, 0), width: 301, height: 200).columnCount == 4)
        #expect(TileGrid(try rule(100, 20), width: 340, height: 100).tiles.map(\.x) == [0, 80, 160, 240])
    }

    @Test func whatIsNoLongerThanATileIsTakenWhole() throws {
        #expect(!TileGrid(try rule(512, 64), width: 512, height: 300).isCut)
        let web = TileGrid(try rule(512, 0), width: 4096, height: 400)
        #expect((web.count, web.tileWidth, web.tileHeight) == (8, 512, 400))
    }

    @Test func rulesThatCutNothingSensibleAreNone() {
        #expect(TileRule(size: 64, overlap: 64) == nil && TileRule(size: 0, overlap: 0) == nil)
        #expect(TileRule(size: 64, overlap: -1) == nil && TileRule(size: 64, overlap: 63) != nil)
    }

    @Test func namesSortAsTilesLie() throws {
        let grid = TileGrid(try rule(4, 3), width: 130, height: 6)
        #expect(grid.columnCount == 127)
        let names = grid.tiles.map(grid.name)
        #expect(names == names.sorted() && Set(names).count == grid.count && names[0] == "r00c000")
    }

    /// Over many sizes: every pixel is held by a tile, tiles have one size and stay inside, and cut and joined are the
    /// same: pictures exactly, maps exactly where one tile holds a pixel and to rounding elsewhere.
    @Test(arguments: 0..<200)
    func cutAndJoinedIsTheSame(seed: Int) throws {
        var random = RandomStream(seed: UInt64(seed))
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        let size = 1 + below(40)
        let rule = try rule(size, below(size))
        let grid = TileGrid(rule, width: 1 + below(120), height: 1 + below(120))
        let plane = Plane(
            width: grid.width, height: grid.height,
            values: (0..<grid.width * grid.height).map { _ in Float(below(2_000_001)) / 1000 - 1000 })
        var held = [Int](repeating: 0, count: plane.values.count)
        for tile in grid.tiles {
            #expect(tile.x >= 0 && tile.y >= 0)
            #expect(tile.x + grid.tileWidth <= grid.width && tile.y + grid.tileHeight <= grid.height)
            for y in 0..<grid.tileHeight {
                for x in 0..<grid.tileWidth { held[(tile.y + y) * grid.width + tile.x + x] += 1 }
            }
        }
        #expect(held.allSatisfy { $0 > 0 })

        let joined = grid.joined { grid.cut($0, of: plane) }
        var worst: Float = 0
        for (index, value) in plane.values.enumerated() {
            if held[index] == 1 {
                #expect(joined.values[index] == value)
            } else {
                worst = max(worst, abs(joined.values[index] - value))
            }
        }
        // Shares of float32 sum to 1 within some units of 6e-8 each; a deep overlap sums many of them.
        #expect(worst <= 1000 * 2e-5, "\(worst)")

        let image = Image(
            width: grid.width, height: grid.height, channels: 3,
            pixels: (0..<3 * held.count).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        #expect(grid.joined { grid.cut($0, of: image) } == image)
    }

    /// Two tiles that disagree meet in a ramp, not at an edge.
    @Test func disagreeingTilesMeetInARamp() throws {
        let grid = TileGrid(try rule(10, 4), width: 16, height: 10)
        let joined = grid.joined { Plane(width: 10, height: 10, repeating: Float($0.column)) }
        let row = Array(joined.values[0..<16])
        #expect(Array(row[0..<6]) == [0, 0, 0, 0, 0, 0] && Array(row[10..<16]) == [1, 1, 1, 1, 1, 1])
        for (value, expected) in zip(row[6..<10], [0.2, 0.4, 0.6, 0.8] as [Float]) {
            #expect(abs(value - expected) < 1e-6)
        }
    }

    /// A detector's grid is coarser than its tile.
    @Test func coarseMapsAreBroughtToTheirTile() throws {
        let grid = TileGrid(try rule(8, 0), width: 16, height: 8)
        let coarse = Plane(width: 2, height: 2, values: [0, 1, 0, 1])
        let joined = grid.joined { _ in coarse }
        let one = coarse.resizedBilinear(width: 8, height: 8)
        #expect(grid.tiles.allSatisfy { grid.cut($0, of: joined) == one })
    }
}
