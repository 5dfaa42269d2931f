internal import Imaging

/// The copper of the board: how far each place is from the nearest track and the nearest drilled hole.
///
/// Drawn once into a table, for a picture asks for it at every sample.
struct BoardArtwork: Sendable {
    /// Half width and half height of the board in its own unit.
    static let half = SIMD2<Float>(1.0, 0.66)
    static let shared = BoardArtwork()

    /// Tracks as lines with one bend each: from, through, to.
    private static let tracks: [(SIMD2<Float>, SIMD2<Float>, SIMD2<Float>)] = [
        (SIMD2(0.02, -0.12), SIMD2(0.14, -0.36), SIMD2(0.26, -0.36)),
        (SIMD2(0.02, -0.04), SIMD2(0.16, -0.10), SIMD2(0.26, -0.10)),
        (SIMD2(0.02, 0.06), SIMD2(0.16, 0.16), SIMD2(0.26, 0.16)),
        (SIMD2(0.02, 0.14), SIMD2(0.12, 0.42), SIMD2(0.26, 0.42)),
        (SIMD2(0.46, -0.36), SIMD2(0.66, -0.36), SIMD2(0.80, -0.44)),
        (SIMD2(0.46, -0.10), SIMD2(0.66, -0.10), SIMD2(0.80, -0.18)),
        (SIMD2(0.46, 0.16), SIMD2(0.66, 0.16), SIMD2(0.80, 0.08)),
        (SIMD2(0.46, 0.42), SIMD2(0.66, 0.42), SIMD2(0.80, 0.34)),
        (SIMD2(-0.58, -0.10), SIMD2(-0.72, -0.10), SIMD2(-0.82, -0.42)),
        (SIMD2(-0.58, 0.12), SIMD2(-0.72, 0.12), SIMD2(-0.82, 0.44)),
    ]
    private static let holes: [SIMD2<Float>] =
        tracks[4..<8].map(\.2) + [
            SIMD2(-0.82, -0.42), SIMD2(-0.82, 0.44), SIMD2(-0.88, 0.0), SIMD2(-0.30, -0.48), SIMD2(-0.05, -0.48),
        ]

    private static let columns = 320, rows = 212
    /// Distances to a track and to a hole's middle, in the board's unit.
    private let nearest: [SIMD2<Float>]

    private init() {
        nearest = (0..<Self.rows).flatMap { row in
            (0..<Self.columns).map { column in
                let p = SIMD2(
                    (2 * Float(column) / Float(Self.columns - 1) - 1) * Self.half.x,
                    (2 * Float(row) / Float(Self.rows - 1) - 1) * Self.half.y)
                let track = Self.tracks.reduce(Float(1)) { min($0, segment(p, $1.0, $1.1), segment(p, $1.1, $1.2)) }
                return SIMD2(track, Self.holes.reduce(1) { min($0, length(p - $1)) })
            }
        }
    }

    /// Distance to the nearest track's middle line (x) and to the nearest hole's middle (y).
    func distances(at p: SIMD2<Float>) -> SIMD2<Float> {
        let fx = (p.x / Self.half.x + 1) / 2 * Float(Self.columns - 1),
            fy = (p.y / Self.half.y + 1) / 2 * Float(Self.rows - 1)
        let x = min(max(Int(fx), 0), Self.columns - 2), y = min(max(Int(fy), 0), Self.rows - 2)
        let u = fx - Float(x), v = fy - Float(y), at = y * Self.columns + x
        let above = nearest[at] + (nearest[at + 1] - nearest[at]) * u
        let below = nearest[at + Self.columns] + (nearest[at + Self.columns + 1] - nearest[at + Self.columns]) * u
        return above + (below - above) * v
    }
}
