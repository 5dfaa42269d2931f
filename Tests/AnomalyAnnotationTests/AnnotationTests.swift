import AnomalyAnnotation
import Imaging
import Testing

@Suite struct AnnotationTests {
    /// The brightest spot lies outside the foreground; the mask still takes its level from inside.
    @Test func theLevelIsTheMaximumInsideTheForeground() {
        var soft = Plane(width: 16, height: 16, repeating: 0.1)
        soft[2, 2] = 0.9
        soft[12, 12] = 0.4
        var foreground = Mask(width: 16, height: 16)
        for y in 8..<16 { for x in 8..<16 { foreground[x, y] = true } }
        let annotation = Annotation(soft: soft, foreground: foreground, threshold: 0.5)
        #expect(annotation.binary.count == 1 && annotation.binary[12, 12])
    }

    @Test(arguments: [0.0, 1.0])
    func theMaskIsNeverEmptyAndNeverOutside(threshold: Double) {
        var foreground = Mask(width: 16, height: 16)
        foreground[3, 4] = true
        foreground[5, 4] = true
        for value: Float in [0, 0.25] {
            let annotation = Annotation(
                soft: Plane(width: 16, height: 16, repeating: value), foreground: foreground, threshold: threshold)
            #expect(annotation.binary == foreground)
        }
    }
}

/// A drawn stain on a part, with a little noise everywhere as from the generator, and attention only on the stain.
@Suite struct EvidenceTests {
    let side = 96
    private var foreground: Mask { disc(48, 48, 40) }
    private var stain: Mask { disc(60, 44, 7) }
    /// A change of the same strength where the words don't look.
    private var other: Mask { disc(30, 62, 6) }

    private func disc(_ x: Int, _ y: Int, _ radius: Int) -> Mask {
        var mask = Mask(width: side, height: side)
        for v in 0..<side {
            for u in 0..<side where (u - x) * (u - x) + (v - y) * (v - y) <= radius * radius { mask[u, v] = true }
        }
        return mask
    }

    private func evidence(stained: [Mask], noise: Int = 6, channels: Int = 3) throws -> GeneratedEvidence {
        var stream = RandomStream(seed: 5, purpose: "evidence")
        let before = [UInt8](repeating: 120, count: side * side * channels)
        var after = before.map { UInt8(Int($0) + stream.index(2 * noise + 1) - noise) }
        for mask in stained {
            for k in mask.values.indices where mask.values[k] != 0 {
                for c in 0..<channels { after[k * channels + c] = 60 }
            }
        }
        var attention = Plane(width: side, height: side, repeating: 0.02)
        let near = disc(60, 44, 14)
        for k in near.values.indices where near.values[k] != 0 { attention.values[k] = 0.3 }
        return try GeneratedEvidence(
            attention: attention, picture: Image(width: side, height: side, channels: channels, pixels: after),
            reconstruction: Image(width: side, height: side, channels: channels, pixels: before), foreground: foreground
        )
    }

    @Test(arguments: [1, 3]) func theDifferenceOutlinesWhatChanged(channels: Int) throws {
        let label = try evidence(stained: [stain], channels: channels).annotation(.difference, threshold: 0.5)
        #expect(label.binary.overlap(with: stain) > 0.8)
        #expect(label.soft.values.allSatisfy { (0...1).contains($0) })
        #expect(
            try evidence(stained: [stain]).annotation(.attention, threshold: 0.5).binary.overlap(with: stain) < 0.4,
            "attention is coarse")
    }

    @Test func fusionKeepsTheChangeThatTheWordsMean() throws {
        let both = try evidence(stained: [stain, other])
        #expect(both.annotation(.difference, threshold: 0.5).binary.overlap(with: stain.union(other)) > 0.8)
        let fused = both.annotation(.fused, threshold: 0.5)
        #expect(fused.binary.overlap(with: stain) > 0.8)
        #expect(fused.binary.intersection(other).isEmpty)
    }

    /// Noise below the visible level gives no label by difference, so attention is used.
    @Test func anUnchangedPictureKeepsAttentionsLabel() throws {
        let unchanged = try evidence(stained: [], noise: 0)
        let attention = unchanged.annotation(.attention, threshold: 0.5)
        for source in [AnnotationSource.difference, .fused] {
            #expect(unchanged.annotation(source, threshold: 0.5) == attention)
        }
    }

    @Test func changesOutsideTheForegroundDontCount() throws {
        let corner = disc(6, 6, 5)
        let label = try evidence(stained: [stain, corner]).annotation(.difference, threshold: 0.5)
        #expect(label.binary.intersection(corner).isEmpty && label.binary.overlap(with: stain) > 0.8)
    }

    /// Files come from outside: pictures of unequal size give an error, not a crash.
    @Test func picturesOfUnequalSizeAreRefused() throws {
        let square = Image(width: 4, height: 4, channels: 3, pixels: [UInt8](repeating: 9, count: 48))
        let wide = Image(width: 8, height: 4, channels: 3, pixels: [UInt8](repeating: 9, count: 96))
        let grey = Image(width: 4, height: 4, channels: 1, pixels: [UInt8](repeating: 9, count: 16))
        func refusal(
            attention: Plane = Plane(width: 4, height: 4, repeating: 0.1), _ reconstruction: Image,
            foreground: Mask = Mask(width: 4, height: 4, repeating: true)
        ) -> ImageError? {
            #expect(throws: ImageError.self) {
                try GeneratedEvidence(
                    attention: attention, picture: square, reconstruction: reconstruction, foreground: foreground)
            }
        }
        #expect(refusal(wide)?.reason.contains("8×4") == true)
        #expect(refusal(grey)?.reason.contains("channels") == true)
        #expect(
            refusal(attention: Plane(width: 16, height: 16, repeating: 0.1), square)?.file.contains("attention") == true
        )
        #expect(refusal(square, foreground: Mask(width: 4, height: 4))?.reason.contains("empty") == true)
    }
}
