/// What a category is called in a prompt.
///
/// Underscores become spaces. VisA numbers its variants (`pcb1` … `pcb4`); a text encoder doesn't know the word "pcb1",
/// so the number is dropped. Some published code keeps it; the manifest can set another name for each category
/// (`dataset.objects`).
package enum PromptNames {
    private static let known = [
        "macaroni1": "macaroni", "macaroni2": "macaroni", "pcb1": "pcb", "pcb2": "pcb", "pcb3": "pcb", "pcb4": "pcb",
    ]

    package static func name(of category: String) -> String {
        known[category] ?? category.split(separator: "_").joined(separator: " ")
    }
}
