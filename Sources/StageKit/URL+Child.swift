package import Foundation

extension URL {
    /// What stands under a name, or a path, below this folder. Nothing is looked up: `appendingPathComponent` alone
    /// asks the file system each time whether that is a folder.
    package func child(_ path: String) -> URL { appendingPathComponent(path, isDirectory: false) }
}
