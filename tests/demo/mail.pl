#!/usr/bin/perl
# tests/demo/mail.pl: looks into mails as a mail program does, so that the demo can tell what a delegation would see.
#
#   mail.pl header NAME FILE     the header's text, unfolded and decoded; empty where there is none
#   mail.pl lang FILE            the Content-Language of the text
#   mail.pl text FILE            the plain text, decoded
#   mail.pl parts FILE           the attachments: SHA-256, a tab, the name
#   mail.pl encode TEXT          TEXT as RFC 2047 words, for a header that is written by hand
use strict;
use warnings;
use Digest::SHA qw(sha256_hex);
use Encode qw(decode encode);
use MIME::Base64 qw(decode_base64);
use MIME::QuotedPrint qw(decode_qp);

binmode STDOUT, ':encoding(UTF-8)';
my $what = shift // die "see the head of this file\n";

sub slurp { my ($path) = @_; open my $f, '<:raw', $path or die "$path: $!\n"; local $/; return scalar <$f>; }

sub part {    # a header block and what follows it
    my ($bytes) = @_;
    $bytes =~ s/\r\n/\n/g;
    my ($head, $body) = split /\n\n/, $bytes, 2;
    $head =~ s/\n[ \t]+/ /g;
    return { head => $head, body => $body // '' };
}
sub header { my ($part, $name) = @_; return $part->{head} =~ /^\Q$name\E:[ \t]*(.*)$/im ? decode('MIME-Header', $1) : ''; }
sub content {
    my ($part) = @_;
    my $how = lc header($part, 'Content-Transfer-Encoding');
    return $how eq 'base64' ? decode_base64($part->{body}) : $how eq 'quoted-printable' ? decode_qp($part->{body}) : $part->{body};
}
sub leaves {
    my ($part) = @_;
    my ($boundary) = header($part, 'Content-Type') =~ /^multipart\/.*boundary="?([^";]+)/i or return $part;
    my (undef, @parts) = split /(?:^|\n)--\Q$boundary\E(?:--)?[ \t]*(?:\n|\z)/, $part->{body}, -1;
    pop @parts;
    return map { leaves(part($_)) } @parts;
}
sub file_name {
    my ($part) = @_;
    my $h = header($part, 'Content-Disposition');
    my $long = join '', map { s/^\S+?=//r } sort grep { /\S/ } $h =~ /(filename\*(?:\d+\*?)?=[^;]+)/gi;
    if ($long =~ s/^"?utf-8''//i) { $long =~ s/["\s]//g; $long =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge; return decode('UTF-8', $long); }
    return $h =~ /filename="?([^";]*)/i ? $1 : undef;
}

if ($what eq 'encode') {
    my $text = decode('UTF-8', shift);
    print encode('MIME-Header', $text) =~ s/\r?\n//gr;
    exit;
}
my $name = $what eq 'header' ? shift : '';
my $mail = part(slurp(shift));
if ($what eq 'header') { print header($mail, $name), "\n"; exit; }
for my $leaf (leaves($mail)) {
    my $type = lc header($leaf, 'Content-Type') || 'text/plain';
    my $file = file_name($leaf);
    if ($what eq 'parts') { print sha256_hex(content($leaf)), "\t$file\n" if defined $file; next; }
    next if defined $file || $type !~ /^text\/plain/;
    if ($what eq 'lang') { print header($leaf, 'Content-Language'), "\n"; last; }
    my ($charset) = $type =~ /charset="?([^";\s]+)/;
    print decode($charset // 'UTF-8', content($leaf)), "\n";
}
