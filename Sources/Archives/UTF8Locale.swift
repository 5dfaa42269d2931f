import Glibc

/// Runs libarchive's calls about a zip in a UTF-8 locale, whatever the user's locale is. libarchive converts names that
/// are marked as UTF-8 to the locale's encoding, and would lose them in any other. (It also composes accents; it would
/// do so in a tar as well, so a tar's names are read without this.)
enum UTF8Locale {
    /// glibc's UTF-8 locale; nil where it is missing, so that the process's locale is used. Never freed or changed, so
    /// that threads may share it.
    private nonisolated(unsafe) static let locale: locale_t? = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)

    /// `body` must not change threads.
    static func during<Result>(_ body: () -> Result) -> Result {
        guard let locale else { return body() }
        let before = uselocale(locale)
        defer { uselocale(before) }
        return body()
    }
}
