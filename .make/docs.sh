#!/usr/bin/env bash
# Builds the documentation catalogue, Sources/Flawsmith.docc, into .build/docs, with the docc of Swift's toolchain.
#
# The catalogue is Markdown that reads in the repository as it stands. Here its links become DocC's: those between its pages (X.md) point to
# articles, those to other files of the repository become plain text with the file's path.
set -euo pipefail
cd "$(dirname "$0")/.."

catalogue=Sources/Flawsmith.docc
command -v docc >/dev/null || { echo "docc is missing; it comes with Swift's toolchain"; exit 1; }
mkdir -p .build
work=$(mktemp -d .build/docs-source.XXXXXX)
trap 'rm -rf "$work"' EXIT
copy=$work/Flawsmith.docc
cp -R "$catalogue" "$copy"

# Pictures of the repository that pages show.
grep -hoE '!\[[^]]*\]\(\.\./\.\./[^)]+\)' "$copy"/*.md | sed -E 's/.*\(\.\.\/\.\.\/([^)]+)\)/\1/' | sort -u | while read -r picture; do
    cp "$picture" "$copy/Resources/"
done
for page in "$copy"/*.md; do
    sed -E -i \
        -e 's/(!\[[^]]*\])\(([^)]*\/)?([^)\/]+)\)/\1(\3)/g' \
        -e 's/^- \[[^]]*\]\(([A-Za-z]+)\.md\)$/- <doc:\1>/' \
        -e 's/\]\(([A-Za-z]+)\.md(#[^)]*)?\)/](doc:\1)/g' \
        -e 's/(^|[^!])\[([^]]*)\]\((\.\.\/)+([^)#]+)(#[^)]*)?\)/\1\2 (`\4`)/g' \
        "$page"
done
sed -i '1a\\n@Metadata {\n    @TechnologyRoot\n}' "$copy/Flawsmith.md"

rm -rf .build/docs
docc convert "$copy" --output-path .build/docs --warnings-as-errors --fallback-display-name Flawsmith \
    --fallback-bundle-identifier flawsmith --fallback-bundle-version 1
echo "the documentation is in .build/docs; to look at it: python3 -m http.server -d .build/docs 8000, then http://localhost:8000/documentation/flawsmith/"
