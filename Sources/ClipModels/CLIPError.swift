import FileSigns
import Foundation

/// Why a CLIP folder, or a prompt or picture given to it, can't be used.
package enum CLIPError: Error, Equatable, CustomStringConvertible {
    /// A file of the tokenizer can't be used.
    case vocabulary(file: String, reason: String)
    /// A config file can't be used, or asks for a variant of CLIP that is not implemented.
    case configuration(file: String, reason: String)
    /// A file that the folder must have is not there.
    case missingFile(folder: String, expected: String)
    /// A block was requested that the vision tower does not have.
    case noSuchBlock(Int, layers: Int)
    /// The phrase's tokens are not next to each other in the prompt.
    case wordsAbsent(phrase: String, prompt: String)
    /// The phrase is in the prompt, but after the last token that the text tower reads.
    case wordsCutOff(phrase: String, prompt: String, limit: Int)
    /// The tokenizer has more tokens than the text tower has embeddings.
    case unknownToken(id: Int, vocabularySize: Int)
    /// A picture's side is smaller than one patch.
    case pictureTooSmall(size: Int, patch: Int)

    package var description: String {
        switch self {
        case .vocabulary(let file, let reason):
            "tokenizer file \(file): \(reason)"
        case .configuration(let file, let reason):
            "model configuration \(file): \(reason)"
        case .missingFile(let folder, let expected):
            "model folder \(folder): \(expected) is missing; give a folder in open_clip's or Hugging Face's safetensors layout"
        case .noSuchBlock(let block, let layers):
            "the vision tower has no block \(block): its blocks are 1 to \(layers)"
        case .wordsAbsent(let phrase, let prompt):
            "the words \"\(phrase)\" do not stand in the prompt \"\(prompt)\"; use words of the prompt, in its order"
        case .wordsCutOff(let phrase, let prompt, let limit):
            "the words \"\(phrase)\" stand behind token \(limit) of the prompt \"\(prompt)\", where it is cut off; shorten the prompt"
        case .unknownToken(let id, let size):
            "token \(id) has no embedding: the text tower knows \(size) tokens; the folder's tokenizer belongs to another model"
        case .pictureTooSmall(let size, let patch):
            "a picture of \(size) pixels a side holds no patch of \(patch) pixels; use a larger image size"
        }
    }
}

extension CLIPError {
    /// The error for a tokenizer's file that can't be used. If the file is a Git LFS pointer or a web page, the message
    /// says so.
    static func unreadable(_ file: String, _ bytes: Data, _ reason: String) -> CLIPError {
        .vocabulary(file: file, reason: StandIn(bytes)?.sentence ?? reason)
    }
}
