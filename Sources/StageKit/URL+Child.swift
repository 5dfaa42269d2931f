package import Foundation

extension URL {
    /// The URL of a name or path below this folder, without any file access: plain `appendingPathComponent` asks the
    /// file system each time whether it is a folder.
    package func child(_ path: String) -> URL { appendingPathComponent(path, isDirectory: false) }

    /// The path as a user would type it: relative to the current folder where it lies below it.
    package var relativePathFromHere: String {
        let here = FileManager.default.currentDirectoryPath + "/"
        let path = standardizedFileURL.path
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }
}
