/// Why a picture, or a group of them, could not be generated: what, where, what to do.
package struct GenerationError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A picture, a mask, words or a model that can't be used.
        case badData
        /// A required file is missing.
        case inputMissing
        /// One unit's numbers can't be used: not finite, or n₀ = 0.
        case notFinite
        /// The model left the picture as it was, to the eye.
        case unchanged
        /// The device's memory is too small even for a single picture.
        case outOfMemory
        /// A result can't be written.
        case io
        /// LibTorch refused an operation.
        case engine
    }

    package let code: Code
    package let message: String
    package var description: String { message }

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
