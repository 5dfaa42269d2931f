package import Foundation

extension URL {
    /// The URL of a name or path below this folder, without any file access: plain `appendingPathComponent` asks the
    /// file system each time whether it is a folder.
    package func child(_ path: String) -> URL { appendingPathComponent(path, isDirectory: false) }
}
