/// Why a diffusion model folder, or a number that goes with it, can't be used: what, where, and what to do.
package struct DiffusionModelError: Error, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// A required folder or file is missing.
        case missing
        /// A folder or file can't be used: an unsupported architecture, broken JSON, weights that don't fit.
        case unusable
        /// A folder or a file can't be written.
        case unwritable
    }

    package let kind: Kind
    package let message: String
    package var description: String { message }

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
