/// Many pictures side by side with captions, to look at.
package struct ContactSheet: Sendable {
    package struct Cell: Sendable {
        package var image: Image
        /// Lines below the picture; cut to the cell's width.
        package var caption: [String]

        package init(_ image: Image, caption: [String] = []) { (self.image, self.caption) = (image, caption) }
    }

    package var title: String
    package var cells: [Cell]
    package var columns: Int
    /// Pixels a picture may take, width and height; larger ones are shrunk.
    package var cellSide: Int

    package init(title: String, cells: [Cell], columns: Int, cellSide: Int = 192) {
        precondition(columns >= 1 && cellSide >= 8)
        (self.title, self.cells, self.columns, self.cellSide) = (title, cells, columns, cellSide)
    }

    /// A long caption in lines that fit below a picture; broken between words where that is possible.
    package static func lines(_ text: String, cellSide: Int) -> [String] {
        let width = max(1, cellSide / BitmapFont.advance)
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = last + " " + word
                continue
            }
            var rest = word[...]
            while !rest.isEmpty {
                lines.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
        }
        return lines
    }

    /// The sheet as one picture of 3 channels.
    package func render() -> Image {
        let gap = 8, titleHeight = 2 * BitmapFont.lineHeight + gap
        let captionHeight = (cells.map(\.caption.count).max() ?? 0) * BitmapFont.lineHeight + 4
        let rows = (cells.count + columns - 1) / columns
        let step = cellSide + gap, rowStep = cellSide + captionHeight + gap
        let paper = Colour(28, 30, 34), ink = Colour(225, 228, 232)
        var sheet = Image(
            width: gap + columns * step, height: titleHeight + gap + rows * rowStep,
            colour: [paper.red, paper.green, paper.blue])
        sheet.write(title, x: gap, y: gap, colour: ink, scale: 2)
        for (number, cell) in cells.enumerated() {
            let x = gap + number % columns * step, y = titleHeight + gap + number / columns * rowStep
            let picture = cell.image.thumbnail(width: cellSide, height: cellSide)
            sheet.place(picture, x: x + (cellSide - picture.width) / 2, y: y + (cellSide - picture.height) / 2)
            for (line, text) in cell.caption.enumerated() {
                let shown = String(text.prefix(cellSide / BitmapFont.advance))
                sheet.write(shown, x: x, y: y + cellSide + 4 + line * BitmapFont.lineHeight, colour: ink)
            }
        }
        return sheet
    }
}
