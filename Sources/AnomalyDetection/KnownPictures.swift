import Imaging

/// Picture files by path, each read and its digest computed once.
final class KnownPictures {
    private var files: [String: PictureFile] = [:]

    /// - Throws: `ImageError` when the file can't be read.
    func callAsFunction(_ path: String) throws(ImageError) -> PictureFile {
        if let known = files[path] { return known }
        let file = try PictureFile(path)
        files[path] = file
        return file
    }
}
