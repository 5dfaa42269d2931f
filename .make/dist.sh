#!/usr/bin/env bash
# Makes .build/flawsmith-VERSION-linux-ARCH.tar.gz of what `make build` made: both programs, Swift's libraries, LibTorch's for
# CPUs, every other library that a bare Debian or Ubuntu may lack, the starter kit, completions, the manual page and all
# licences. It runs where glibc and libstdc++ are at least as new as here; the last lines say which those are.
set -euo pipefail
cd "$(dirname "$0")/.."

built=.build/release
libtorch=$(readlink -f .libtorch)
if compgen -G "$libtorch/lib/libtorch_cuda*" >/dev/null; then
    echo "$libtorch is a CUDA build of several gigabytes; the archive takes the CPU build: move .libtorch away and run make setup"
    exit 1
fi
command -v patchelf >/dev/null || { echo "patchelf is missing: apt-get install patchelf"; exit 1; }

swift_root=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")

# Names and the version
version=$("$built/flawsmith" --version)
name=flawsmith-$version-linux-$(uname -m)
work=$(mktemp -d .build/dist-tree.XXXXXX)
trap 'rm -rf "$work"' EXIT
tree=$work/$name
mkdir -p "$tree"/{bin,lib,licenses} "$tree"/share/{man/man1,bash-completion/completions,zsh/site-functions,fish/vendor_completions.d}

for program in flawsmith flawsmith-engine; do
    strip -o "$tree/bin/$program" "$built/$program"
done
cp -R "$built"/flawsmith_*.resources "$tree/bin/"

# Libraries: what the programs and LibTorch ask for, Swift's among them, and OpenBLAS, which is opened by name. The C library,
# libstdc++ and libgcc stay the system's: each Debian and Ubuntu has them, and they must fit one another.
own='^(ld-linux.*|libc|libm|libdl|libpthread|librt|libresolv|libutil|libstdc\+\+|libgcc_s)\.so\.[0-9]+$'
openblas=$(ldconfig -p | awk '$1 == "libopenblas.so.0" { print $NF; exit }')
[ -n "$openblas" ] || { echo "libopenblas.so.0 is missing: make setup"; exit 1; }
ldd "$built/flawsmith" "$built/flawsmith-engine" "$openblas" >"$work/ldd"
if grep 'not found' "$work/ldd"; then echo "libraries are missing: make setup"; exit 1; fi
{ awk '$2 == "=>" && $3 ~ /^\// { print $1, $3 }' "$work/ldd"; echo "libopenblas.so.0 $openblas"; } | sort -u >"$work/libraries"
while read -r soname path; do
    if [[ $soname =~ $own ]]; then continue; fi
    real=$(readlink -f "$path")
    cp --no-preserve=mode "$real" "$tree/lib/$soname"
    case "$real" in
    "$libtorch"/* | "$swift_root"/*) continue ;;
    esac
    patchelf --set-rpath '$ORIGIN' "$tree/lib/$soname"
    # Debian's own statement of each one's terms
    package=$(dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "$real" 2>/dev/null || dpkg-query -S "*/$(basename "$real")")
    package=$(head -1 <<<"$package" | cut -d: -f1)
    cp --no-preserve=mode "/usr/share/doc/$package/copyright" "$tree/licenses/$package.txt"
    echo "$soname $package $(dpkg-query -W -f '${Version}' "$package" 2>/dev/null | head -c 80)" >>"$work/bundled"
done <"$work/libraries"
sort -u "$work/bundled" >"$tree/lib/VERSIONS"
# The programs find them beside themselves, as LibTorch's and Swift's find one another already. RPATH, not RUNPATH, for the programs: what is opened by name is found by it as well.
for program in "$tree"/bin/flawsmith "$tree"/bin/flawsmith-engine; do
    patchelf --force-rpath --set-rpath '$ORIGIN/../lib' "$program"
done

# Terms: ours, Swift's, the packages', LibTorch's with all that is in it
cp LICENSE "$tree/LICENSE"
cp "$swift_root/share/swift/LICENSE.txt" "$tree/licenses/swift.txt"
for package in .build/checkouts/*/; do
    for file in "$package"LICENSE.txt "$package"LICENSE "$package"NOTICE.txt; do
        [ -f "$file" ] || continue
        suffix=; case "$file" in */NOTICE.txt) suffix=-notice ;; esac
        cp "$file" "$tree/licenses/$(basename "$package")$suffix.txt"
    done
done
bash .make/libtorch-licence.sh "$libtorch" "$tree/licenses/libtorch.txt"
cp /usr/share/doc/libgomp1/copyright "$tree/licenses/libgomp1.txt" 2>/dev/null ||
    echo "libgomp: part of GCC, GPL 3 with the GCC Runtime Library Exception 3.1" >"$tree/licenses/libgomp1.txt"

# The starter kit, and what is written for people
mkdir "$tree/Manifests"
git ls-files Manifests | grep -v '^Manifests/claims/' | while read -r file; do
    mkdir -p "$tree/$(dirname "$file")"
    cp "$file" "$tree/$file"
done
cp README.md CHANGELOG.md "$tree/"
git ls-files Sources/Flawsmith.docc Output/README.md .github/pictures/demo.png .github/pictures/trace.png | while read -r file; do
    mkdir -p "$tree/$(dirname "$file")"
    cp "$file" "$tree/$file"
done
run() { "$tree/bin/flawsmith" "$@"; }
run manual >"$tree/share/man/man1/flawsmith.1"
run --generate-completion-script bash >"$tree/share/bash-completion/completions/flawsmith"
run --generate-completion-script zsh >"$tree/share/zsh/site-functions/_flawsmith"
run --generate-completion-script fish >"$tree/share/fish/vendor_completions.d/flawsmith.fish"
cat >"$tree/INSTALL.md" <<TEXT
# Flawsmith $version

Unpack anywhere and run; nothing is installed, nothing else is needed:

    bin/flawsmith run Manifests/starter.yaml

writes \`Output/\` into the folder where it is called. To have the command, its manual page and its completions everywhere:

    ln -s "\$PWD/bin/flawsmith" ~/.local/bin/flawsmith
    ln -s "\$PWD/share/man/man1/flawsmith.1" ~/.local/share/man/man1/flawsmith.1
    ln -s "\$PWD/share/bash-completion/completions/flawsmith" ~/.local/share/bash-completion/completions/flawsmith
    ln -s "\$PWD/share/fish/vendor_completions.d/flawsmith.fish" ~/.config/fish/completions/flawsmith.fish
    # zsh: fpath=("$name/share/zsh/site-functions" \$fpath) before compinit

\`flawsmith fetch\` needs the system's certificates (\`apt-get install ca-certificates\`). \`lib/\` holds LibTorch for CPUs and the
libraries named in \`lib/VERSIONS\`; \`licenses/\` their terms. Security fixes of a distribution don't reach these copies: take a newer
archive for them.
TEXT

# The newest symbols that anything in it asks of the system
newest() { # prefix
    find "$tree/bin" "$tree/lib" -type f -exec objdump -T {} + 2>/dev/null | grep -o "$1_[0-9][0-9.]*" | sort -uV | tail -1
}
echo "it asks for $(newest GLIBC), $(newest GLIBCXX) and $(newest CXXABI) or newer"

archive=.build/$name.tar.gz
tar --sort=name --mtime="@$(git log -1 --format=%ct)" --owner=0 --group=0 --numeric-owner --mode=go+rX,go-w \
    -C "$work" -cf - "$name" | gzip -n -6 >"$archive.tmp"
mv "$archive.tmp" "$archive"
(cd .build && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "$archive: $(du -h "$archive" | cut -f1), unpacked $(du -sh "$tree" | cut -f1)"
