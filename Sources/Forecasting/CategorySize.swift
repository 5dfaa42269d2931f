/// How much a category holds, as far as it is known before it is read.
package struct CategorySize: Sendable, Equatable {
    package var name: String
    /// Normals of the training split; nil: not known.
    package var train: Int?
    package var test: Int?
    /// Of one picture.
    package var pixels: Int?
    package var isGrey: Bool

    package init(name: String, train: Int?, test: Int?, pixels: Int?, isGrey: Bool = false) {
        (self.name, self.train, self.test, self.pixels, self.isGrey) = (name, train, test, pixels, isGrey)
    }
}
