package import Imaging

/// The foreground mask at the model's size, and on the two coarser grids that Eq. 4 multiplies with.
///
/// - Source: `mask` of Eq. 4. The paper doesn't say how it is reduced to 16×16; pinned: a cell belongs when at least
///   half of it is foreground; if no cell does, only the one that is covered most.
package struct ForegroundCells: Equatable, Sendable {
    /// `[side, side]`, padding 0.
    package let foreground: Mask
    /// m₁₆, `[16, 16]`.
    package let attention: Mask
    /// m_z, `[h, w]` of the latent.
    package let latent: Mask
    /// Names the grids that the foreground is too small for.
    package let warnings: [String]

    /// - Precondition: the mask isn't empty and has the letterbox's source size.
    package init(_ mask: Mask, letterbox: Letterbox, attentionSide: Int, latentSide: Int) {
        var warnings: [String] = []
        func cells(_ mask: Mask, _ width: Int, _ height: Int, _ name: String) -> Mask {
            let halfCovered = mask.resizedByArea(width: width, height: height)
            guard halfCovered.isEmpty else { return halfCovered }
            warnings.append("the foreground covers no \(name) by half; the one it covers most stands for it")
            return mask.mostCovered(width: width, height: height)
        }
        foreground = cells(mask, letterbox.width, letterbox.height, "pixel at the model's size").padded(
            letterbox.padding)
        attention = cells(
            foreground, attentionSide, attentionSide, "cell of the \(attentionSide) x \(attentionSide) attention map")
        latent = cells(foreground, latentSide, latentSide, "cell of the \(latentSide) x \(latentSide) latent")
        self.warnings = warnings
    }
}

extension Mask {
    /// The one cell of a coarser grid with the largest share of the mask; the first in reading order where several have
    /// it.
    func mostCovered(width: Int, height: Int) -> Mask {
        let shares = areaAveraged(width: width, height: height).values
        var cell = Mask(width: width, height: height)
        if let largest = shares.max(), let place = shares.firstIndex(of: largest) { cell.values[place] = 1 }
        return cell
    }
}
