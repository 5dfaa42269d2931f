/// Size of pictures on disk, in bytes a pixel. How well PNG packs depends on the picture: real ones differ from this by
/// a third or more.
///
/// *Source*: photographs of a hundred thousand to a million pixels, brought to 512 pixels a side, given a grey level of
/// noise, enlarged again and written as this program does: colour 1.0 to 1.7, grey 0.3 to 0.6; soft maps of 16×16 cells
/// enlarged to 16 bits: 0.95 to 1.3.
enum PictureBytes {
    private static func picture(isGrey: Bool) -> Double { isGrey ? 0.4 : 1.2 }
    private static let map = 1.1

    /// A unit of the pool: the picture and its label; where labels are made from evidence, attention and reconstruction
    /// beside them. Binary masks, and the labels of generators that paste, take almost nothing.
    static func pooled(isGrey: Bool, hasEvidence: Bool) -> Double {
        hasEvidence ? 2 * picture(isGrey: isGrey) + 2 * map : picture(isGrey: isGrey)
    }

    static func exported(isGrey: Bool, hasEvidence: Bool) -> Double {
        picture(isGrey: isGrey) + (hasEvidence ? map : 0)
    }

    /// A photograph at its own resolution, as PNG; it has more detail than an enlarged picture.
    static func normal(isGrey: Bool) -> Double { isGrey ? 0.4 : 1.6 }
}
