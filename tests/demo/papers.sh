# shellcheck shell=bash
# The papers that delegations send: small, real files that open in the usual programs, each with contents of its own.
#
#   paper FILE TITLE      the ending says what it becomes: .pdf .docx .tif .png; a PDF whose name says محمي opens with a password only
#   pack ZIP FILE ...     several in one ZIP

paper() {
    mkdir -p "$(dirname "$1")"
    case $1 in
    *محمي*.pdf) paper_locked "$2" >"$1" ;;
    *.pdf) paper_pdf "$2" >"$1" ;;
    *.docx) paper_docx "$1" "$2" ;;
    *.tif | *.png) paper_scan "$1" "$2" ;;
    *) return 1 ;;
    esac
}

paper_pdf() { # title: one page, its text as a PDF string in Latin letters
    LC_ALL=C perl -e '
        my $text = "BT /F1 14 Tf 72 760 Td 20 TL (@ARGV) Tj T* (Paper for the technical secretariat.) Tj ET";
        my @objects = ("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            "<< /Length " . length($text) . " >>\nstream\n$text\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
        my ($pdf, $xref) = ("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", "0000000000 65535 f \n");
        for my $i (0 .. $#objects) {
            $xref .= sprintf "%010d 00000 n \n", length $pdf;
            $pdf .= ($i + 1) . " 0 obj\n$objects[$i]\nendobj\n";
        }
        my ($n, $at) = (@objects + 1, length $pdf);
        print "${pdf}xref\n0 $n\n${xref}trailer\n<< /Size $n /Root 1 0 R >>\nstartxref\n$at\n%%EOF\n";' "$1"
}

# The same under a password, by the standard security handler in its first form (PDF 1.4, 3.5: 40 bits of RC4).
paper_locked() { # title
    LC_ALL=C perl -MDigest::MD5=md5 -e '
        sub rc4 {
            my ($key, $text) = @_;
            my ($i, $j, @s) = (0, 0, 0 .. 255);
            for (0 .. 255) { $j = ($j + $s[$_] + ord substr $key, $_ % length $key, 1) % 256; @s[$_, $j] = @s[$j, $_]; }
            $j = 0;
            return join "", map { $i = ($i + 1) % 256; $j = ($j + $s[$i]) % 256; @s[$i, $j] = @s[$j, $i];
                chr(ord($_) ^ $s[($s[$i] + $s[$j]) % 256]) } split //, $text;
        }
        my $pad = pack "H*", "28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a";
        my ($id, $password) = (md5("@ARGV"), substr "delegation$pad", 0, 32);
        my $owner = rc4(substr(md5($password), 0, 5), $password);
        my $key = substr md5($password . $owner . pack("V", -4 & 0xffffffff) . $id), 0, 5;
        my $text = rc4(substr(md5("$key\x04\0\0\0\0"), 0, 10), "BT /F1 14 Tf 72 760 Td (@ARGV) Tj ET");
        my $hex = sub { "<" . unpack("H*", $_[0]) . ">" };
        my @objects = ("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            "<< /Length " . length($text) . " >>\nstream\n$text\nendstream",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            "<< /Filter /Standard /V 1 /R 2 /P -4 /O " . $hex->($owner) . " /U " . $hex->(rc4($key, $pad)) . " >>");
        my ($pdf, $xref) = ("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n", "0000000000 65535 f \n");
        for my $i (0 .. $#objects) {
            $xref .= sprintf "%010d 00000 n \n", length $pdf;
            $pdf .= ($i + 1) . " 0 obj\n$objects[$i]\nendobj\n";
        }
        my ($n, $at) = (@objects + 1, length $pdf);
        my $ids = $hex->($id);
        print "${pdf}xref\n0 $n\n${xref}trailer\n<< /Size $n /Root 1 0 R /Encrypt 6 0 R /ID [$ids $ids] >>\nstartxref\n$at\n%%EOF\n";' "$1"
}

pack() { (cd "$(dirname "$1")" && zip -q -X "$(basename "$1")" "${@:2}"); }

paper_docx() { # file title: the title may be Arabic; paragraphs run right to left
    local d body
    d=$(mktemp -d "$D/.docx.XXXXXX")
    mkdir "$d/_rels" "$d/word"
    body="<w:p><w:pPr><w:bidi/></w:pPr><w:r><w:rPr><w:rtl/></w:rPr><w:t>$2</w:t></w:r></w:p>"
    cat >"$d/[Content_Types].xml" <<X
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>
X
    cat >"$d/_rels/.rels" <<X
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>
X
    cat >"$d/word/document.xml" <<X
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>$body</w:body></w:document>
X
    rm -f "$1"
    (cd "$d" && zip -q -X -r "$d/paper.docx" '[Content_Types].xml' _rels word) && mv "$d/paper.docx" "$1"
    rm -rf "$d"
}

paper_scan() { # file title: a page of 400 x 560 grey points with lines as of typing, seeded by the title
    LC_ALL=C perl -MCompress::Zlib -e '
        my ($file, $title, $w, $h) = (@ARGV, 400, 560);
        srand(unpack("%32C*", $title) + length $title);
        my @rows = map { my $line = $_ % 20 > 5 && $_ % 20 < 14 && $_ > 40 && $_ < 500;
            join "", map { chr($line && $_ > 40 && $_ < 360 && rand() < .45 ? 40 + rand 40 : 235 + rand 20) } 1 .. $w } 1 .. $h;
        open my $out, ">:raw", $file or die "$file: $!\n";
        if ($file =~ /png$/) {
            my $chunk = sub { pack("N", length $_[1]) . $_[0] . $_[1] . pack("N", crc32($_[0] . $_[1])) };
            print $out "\x89PNG\r\n\x1a\n", $chunk->("IHDR", pack("NNC5", $w, $h, 8, 0, 0, 0, 0)),
                $chunk->("IDAT", compress(join "", map { "\0$_" } @rows)), $chunk->("IEND", "");
        } else {
            my $data = join "", @rows;
            my @tags = ([256, 4, $w], [257, 4, $h], [258, 3, 8], [259, 3, 1], [262, 3, 1], [273, 4, 8], [277, 3, 1], [278, 4, $h],
                [279, 4, length $data]);
            print $out "II*\0", pack("V", 8 + length $data), $data, pack("v", scalar @tags),
                (map { pack("vvVV", $_->[0], $_->[1], 1, $_->[2]) } @tags), pack("V", 0);
        }' "$1" "$2"
}
