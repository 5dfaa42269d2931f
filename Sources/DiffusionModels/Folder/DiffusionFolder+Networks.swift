package import Foundation
import NeuralNet
package import TensorCore

extension UNet2DConditionModel {
    /// The UNet in a folder with config.json and safetensors.
    ///
    /// - Throws: `DiffusionModelError` for the configuration; `WeightsError` for the weights, with every difference
    ///   listed; `TensorError`.
    package static func load(_ folder: URL, dtype: DType, device: Device) throws -> UNet2DConditionModel {
        let configuration = try UNetConfiguration(
            ConfigurationFile(contentsOf: folder.appendingPathComponent("config.json")))
        return try loaded(folder, dtype, device) { try UNet2DConditionModel($0, configuration) }
    }
}

extension AutoencoderKL {
    /// The autoencoder in a folder with config.json and safetensors.
    ///
    /// - Throws: as `UNet2DConditionModel.load`.
    package static func load(_ folder: URL, dtype: DType, device: Device) throws -> AutoencoderKL {
        let configuration = try AutoencoderConfiguration(
            ConfigurationFile(contentsOf: folder.appendingPathComponent("config.json")))
        return try loaded(folder, dtype, device) { try AutoencoderKL($0, configuration) }
    }
}

extension SchedulerConfiguration {
    /// The schedule in a folder with scheduler_config.json.
    ///
    /// - Throws: `DiffusionModelError`, also for another prediction type than ε.
    package static func load(_ folder: URL) throws(DiffusionModelError) -> SchedulerConfiguration {
        try SchedulerConfiguration(
            ConfigurationFile(contentsOf: folder.appendingPathComponent("scheduler_config.json")))
    }
}

/// A network built from a folder's weights, all of which it must use.
private func loaded<Network>(_ folder: URL, _ dtype: DType, _ device: Device, _ build: (Parameters) throws -> Network)
    throws -> Network
{
    let store = ParameterStore(
        try SafetensorsFolder(folder.path, stems: DiffusionFolder.stems), dtype: dtype, device: device)
    let network = try build(store.root)
    try store.verify()
    return network
}
