import Glibc

/// Runs libarchive's calls about a zip in a UTF-8 locale, whatever the user's is: it converts names that are marked as
/// UTF-8 to the locale's encoding, and in any other one they get lost. (Accents come out composed; of a tar, whose
/// names are read as they are, libarchive would compose them too.)
enum UTF8Locale {
    /// glibc's own; nil where it is missing, and the process's locale counts. Never freed and never written again, so
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
