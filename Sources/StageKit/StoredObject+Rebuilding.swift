import Foundation

// An object that was finished once and is made again.

extension StoredObject {
    /// The contents of `data/` and `done.json` from before a forced run, kept until the new result is complete.
    private var former: URL { folder.child("former") }
    private var formerDone: URL { folder.child("former.json") }

    /// Empties the object, so that everything in it is made again; a finished result is put aside.
    func putAside() throws(Failure) {
        if try DurableFile.exists(doneFile) {
            try DurableFile.remove(former)
            try DurableFile.rename(doneFile, to: formerDone)
            try DurableFile.rename(data, to: former)
        } else {
            try DurableFile.remove(data)
        }
        try DurableFile.remove(work)
        try DurableFile.makeFolder(work)
        try DurableFile.makeFolder(data)
    }

    /// Puts the finished result back after a failed forced run.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    func restoreFormer() throws(Failure) -> Bool {
        guard try DurableFile.exists(former), try DurableFile.exists(formerDone) else { return false }
        try DurableFile.remove(work)
        try DurableFile.remove(data)
        try DurableFile.rename(former, to: data)
        try DurableFile.rename(formerDone, to: doneFile)
        return true
    }

    /// Content digest of the result that was put aside; nil if there is none.
    func formerDigest() throws(Failure) -> String? {
        guard try DurableFile.exists(former), try DurableFile.exists(formerDone) else { return nil }
        return DoneRecord(try DurableFile.read(formerDone))?.contentDigest
    }

    func forgetFormer() throws(Failure) {
        try DurableFile.remove(former)
        try DurableFile.remove(formerDone)
    }

    /// Removes `done.json` and the files that don't match it, because a stage takes everything under `data/` as intact.
    func removeDamage() throws(Failure) {
        if let done = try done() {
            for path in try FolderListing.files(under: data) {
                let url = data.child(path)
                if let record = done.files[path] {
                    let (size, digest) = (try Self.size(url), try Digest.sha256(file: url))
                    if size == record.size, digest == record.sha256 { continue }
                }
                try DurableFile.remove(url)
            }
        } else {
            // Without `done.json` it is unknown which files are intact.
            try DurableFile.remove(data)
            try DurableFile.makeFolder(data)
        }
        try reopen()
    }
}
