import Glibc

/// A file's bytes, mapped into memory read-only: pages are read as they are touched and can be dropped again.
final class MappedFile {
    let bytes: UnsafeRawBufferPointer

    /// *Throws* `WeightsError`: `inputMissing` when there is no such file, `badData` when it isn't a plain file, `io`
    /// otherwise.
    init(_ path: String) throws(WeightsError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw WeightsError(errno == ENOENT || errno == ENOTDIR ? .inputMissing : .io, path, reason)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw WeightsError(.io, path, String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw WeightsError(.badData, path, "not a plain file") }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
            throw WeightsError(.io, path, String(cString: strerror(errno)))
        }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    /// Releases the pages that lie completely within a range that has been read, so that memory doesn't hold the file
    /// besides the tensors made from it. They can be read again.
    func forget(_ range: Range<Int>) {
        guard let address = bytes.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = (range.lowerBound + page - 1) / page * page, last = range.upperBound / page * page
        guard first < last else { return }
        madvise(UnsafeMutableRawPointer(mutating: address + first), last - first, MADV_DONTNEED)
    }

    deinit {
        if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
    }
}
