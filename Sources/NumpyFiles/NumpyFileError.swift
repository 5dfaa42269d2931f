/// Why a `.npy` file can't be used or written.
package enum NumpyFileError: Error, Equatable, CustomStringConvertible {
    /// Names the file and what is wrong with it.
    case malformed(String)
    case unwritable(path: String, reason: String)

    package var description: String {
        switch self {
        case .malformed(let text): text
        case .unwritable(let path, let reason): "\(path): can't be written: \(reason)"
        }
    }
}
