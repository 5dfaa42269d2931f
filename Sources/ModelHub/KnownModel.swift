/// A model that has a short name here: where it is, at which commit, and what its files must be.
package struct KnownModel: Sendable {
    package let name: String
    package let repository: String
    /// Fetched unless another revision is asked for.
    package let commit: String
    /// Where the hub's card doesn't say it better.
    package let licence: HubListing.Licence
    /// The folder that it goes into unless another is named.
    package let folder: String
    /// Digests and sizes at `commit`; a size that isn't known is asked for.
    package let files: [HubFile]

    package static let all = [stableDiffusion, clip]

    package static func named(_ name: String) -> KnownModel? { all.first { $0.name == name } }

    /// *Source*: what `huggingface_hub` printed of its cache of that commit (its files are named by their digests), in
    /// a test of darkshapes/nnll; the three SHA-256 of full precision stand also in a list made from another hub's file
    /// table (AI-ModelScope/stable-diffusion-v1-5 at 50b8f071). The hub's repository names the licence.
    private static let stableDiffusion = KnownModel(
        name: "sd15", repository: "stable-diffusion-v1-5/stable-diffusion-v1-5",
        commit: "451f4fe16113bff5a5d2269ed5ad43b0592e9a14",
        licence: HubListing.Licence(name: "CreativeML OpenRAIL-M"), folder: "models/stable-diffusion-v1-5",
        files: [
            git("model_index.json", 541, "daf7e2e2dfc64fb437a2b44525667111b00cb9fc"),
            git("README.md", 14_461, "2a5ba19664aab2052c4ea484e737dff9aca1aa69"),
            git("scheduler/scheduler_config.json", 308, "82d05b0e688d7ea94675678646c427907419346e"),
            git("text_encoder/config.json", 617, "4d3e873ab5086ad989f407abd50fdce66db8d657"),
            git("tokenizer/merges.txt", 524_619, "76e821f1b6f0a9709293c3b6b51ed90980b3166b"),
            git("tokenizer/special_tokens_map.json", 472, "2c2130b544c0c5a72d5d00da071ba130a9800fb2"),
            git("tokenizer/tokenizer_config.json", 806, "5ba7bf706515bc60487ad0e1816b4929b82542d6"),
            git("tokenizer/vocab.json", 1_059_962, "469be27c5c010538f845f518c4f5e8574c78f7c8"),
            git("unet/config.json", 743, "1a02ee8abc93e840ffbcb2d68b66ccbcb74b3ab3"),
            git("vae/config.json", 547, "55d78924fee13e4220f24320127c5f16284e13b9"),
            large(
                "text_encoder/model.safetensors", 492_265_874,
                "d008943c017f0092921106440254dbbe00b6a285f7883ec8ba160c3faad88334"),
            large(
                "text_encoder/model.fp16.safetensors", 246_144_864,
                "77795e2023adcf39bc29a884661950380bd093cf0750a966d473d1718dc9ef4e"),
            large(
                "unet/diffusion_pytorch_model.safetensors", 3_438_167_540,
                "19da7aaa4b880e59d56843f1fcb4dd9b599c28a1d9d9af7c1143057c8ffae9f1"),
            large(
                "unet/diffusion_pytorch_model.fp16.safetensors", 1_719_125_304,
                "c83908253f9a64d08c25fc90874c9c8aef9a329ce1ca5fb909d73b0c83d1ea21"),
            large(
                "vae/diffusion_pytorch_model.safetensors", 334_643_276,
                "a2b5134f4dbc140d9c11f11cba3233099e00af40f262f136c691fb7d38d2194c"),
            large(
                "vae/diffusion_pytorch_model.fp16.safetensors", 167_335_342,
                "4fbcf0ebe55a0984f5a5e00d8c4521d52359af7229bb4d81890039d2aa16dd7c"),
        ])

    /// *Source*: `image/safety-models/SHA256SUMS` of concil859856/kunoworld-subnet at e9f06ebd (the weights' is the
    /// hub's own SHA-256 at that commit, the small files were hashed after download); the weights' size and SHA-256
    /// stand in several other lists. The model was released with OpenAI's code, which is under the MIT licence.
    private static let clip = KnownModel(
        name: "clip-vit-l-14", repository: "openai/clip-vit-large-patch14",
        commit: "32bd64288804d66eefd0ccbe215aa642df71cc41",
        licence: HubListing.Licence(name: "MIT"), folder: "models/clip-vit-l-14",
        files: [
            large("config.json", 4519, "8a09b467700c58138c29d53c605b34ebc69beaadd13274a8a2af8ad2c2f4032a"),
            large("merges.txt", nil, "9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a"),
            large("preprocessor_config.json", nil, "910e70b3956ac9879ebc90b22fb3bc8a75b6a0677814500101a4c072bd7857bd"),
            large("special_tokens_map.json", nil, "f8c0d6c39aee3f8431078ef6646567b0aba7f2246e9c54b8b99d55c22b707cbf"),
            large("tokenizer.json", nil, "a83e0809aa4c3af7208b2df632a7a69668c6d48775b3c3fe4e1b1199d1f8b8f4"),
            large("tokenizer_config.json", nil, "deef455e52fa5e8151e339add0582e4235f066009601360999d3a9cda83b1129"),
            large("vocab.json", nil, "3f0c4f7d2086b61b38487075278ea9ed04edb53a03cbb045b86c27190fa8fb69"),
            large(
                "model.safetensors", 1_710_540_580, "a2bf730a0c7debf160f7a6b50b3aaf3703e7e88ac73de7a314903141db026dcb"),
        ])

    private static func git(_ path: String, _ size: Int, _ digest: String) -> HubFile {
        HubFile(path, size: size, digests: [.gitBlob(digest)])
    }

    private static func large(_ path: String, _ size: Int?, _ digest: String) -> HubFile {
        HubFile(path, size: size, digests: [.sha256(digest)])
    }

    /// The list of files as far as it is known here, for `--offline`.
    package var listing: HubListing {
        HubListing(repository: repository, commit: commit, licence: licence, files: files)
    }

    /// Adds what is known here to what the hub says.
    func completed(_ listing: HubListing) -> HubListing {
        guard listing.commit == commit else { return listing }
        let known = Dictionary(files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        return HubListing(
            repository: repository, commit: commit, licence: licence,
            files: listing.files.map { file in
                var file = file
                if let known = known[file.path] { file.digests.formUnion(known.digests) }
                return file
            })
    }
}
