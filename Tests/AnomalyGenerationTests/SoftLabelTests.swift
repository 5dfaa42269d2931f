import AnomalyAnnotation
import AnomalyGeneration
import GoldenSupport
import Imaging
import NeuralNet
import TensorCore
import Testing

/// From the last map to the label, with pictures that are square and that are not.
@Suite struct SoftLabelTests {
    @Test(arguments: ["equal", "square", "lying", "standing", "strip"])
    func labelsAreTheReferences(name: String) throws {
        let golden = try Goldens.tensors("cut_parts")
        let expected = try golden.tensor("\(name).soft")
        let (height, width) = (try expected.size(0), try expected.size(1))
        let s = try SeededWeights(seed: 30).inputs(name, [256]).softmax(0)
        let foreground = try Mask(
            width: width, height: height, values: golden.tensor("\(name).mask").array(of: UInt8.self))
        let normal = try NormalPicture(
            picture: Image(width: width, height: height, colour: [0, 0, 0]), foreground: nil, side: 64, latentSide: 16)
        let soft = try normal.softLabel(Plane(width: 16, height: 16, values: s.floats()))
        let annotation = Annotation(soft: soft, foreground: foreground, threshold: 0.5)
        #expect(try relativeError(Tensor(annotation.soft.values, [height, width]), expected) < 1e-5)
        let binary = try golden.tensor("\(name).binary").array(of: UInt8.self)
        #expect(zip(annotation.binary.values, binary).count { $0 != $1 } <= 1)
        #expect(!annotation.binary.isEmpty)
        #expect(annotation.binary.intersection(foreground) == annotation.binary)
    }
}
