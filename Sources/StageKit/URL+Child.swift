package import Foundation

extension URL {
    /// What stands under a name, or a path, below this folder. Nothing is looked up: `appendingPathComponent` alone
    /// asks the file system each time whether that is a folder.
    package func child(_ path: String) -> URL { appendingPathComponent(path, isDirectory: false) }

    /// The path as a user would type it: relative to the current folder where it lies below it.
    package var relativePathFromHere: String {
        let here = FileManager.default.currentDirectoryPath + "/"
        let path = standardizedFileURL.path
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }
}
