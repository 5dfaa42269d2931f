/// The size of a category, as far as it is known before the category is read.
package struct CategorySize: Sendable, Equatable {
    package var name: String
    /// Normals of the training split, tiles of those that are cut; nil: not known.
    package var train: Int?
    package var test: Int?
    /// Tiles of a training picture, of the one with the most; 1: none is cut; nil: not known.
    package var tilesEach: Int?
    /// Of one picture or tile.
    package var pixels: Int?
    package var isGrey: Bool

    package init(name: String, train: Int?, test: Int?, tilesEach: Int? = 1, pixels: Int?, isGrey: Bool = false) {
        (self.name, self.train, self.test, self.tilesEach) = (name, train, test, tilesEach)
        (self.pixels, self.isGrey) = (pixels, isGrey)
    }
}
