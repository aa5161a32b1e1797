package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MimeEntityTest {
  private static final String MAIL = """
      From someone@example.org  Thu Aug 22 12:36:23 2002
      Return-Path: <someone@example.org>
      Subject: =?iso-8859-1?Q?Caf=E9_au?= =?ISO-8859-1?b?bGFpdA==?=
      Content-Type: multipart/mixed;
      \tboundary="==part 1"

      For readers without MIME.
      --==part 1

      Plain words.
      --==part 1
      Content-Type: Text/HTML; charset=latin1
      Content-Transfer-Encoding: Quoted-Printable

      <b>r=65d and un=
      broken</b>
      --==part 1
      Content-Type: multipart/alternative; boundary=inner

      --inner
      Content-Transfer-Encoding: base64

      aW5u
      ZXIgd29yZHM=
      --inner--
      --==part 1
      Content-Type: image/gif

      GIF89a
      --==part 1--
      """.replace("==part 1", "==part-1");

  @Test
  void readsFieldsThatAreFoldedAndEncoded() {
    var mail = MimeEntity.parse(MAIL);
    assertThat(mail.field("return-path")).isEqualTo("<someone@example.org>");
    assertThat(mail.field("subject")).isEqualTo("Caf\u00e9 au lait");
    assertThat(mail.field("content-type")).isEqualTo("multipart/mixed; boundary=\"==part-1\"");
    assertThat(mail.type()).isEqualTo("multipart/mixed");
    assertThat(mail.field("date")).isEmpty();
  }

  @Test
  void readsTheTextOfEveryPart() {
    var texts = MimeEntity.parse(MAIL).all().map(MimeEntity::text).map(String::strip);
    assertThat(texts.filter(text -> !text.isEmpty()))
        .containsExactly("Plain words.", "<b>red and unbroken</b>", "inner words");
  }

  @Test
  void readsItTheSameWithTheOtherLineEnds() {
    var mail = MimeEntity.parse(MAIL.replace("\n", "\r\n"));
    assertThat(mail).isEqualTo(MimeEntity.parse(MAIL));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quoted-printable | =3D=E9= =Zz=4 | =\u00e9= =Zz=4",
        "base64           | YWJj*ZGVm     | abcdef",
        "base64           | YWJjZ         | abc",
        "BASE64           | YWJjZA=       | abcd",
        "base64           | !?            | ''",
        "7bit             | a=20b         | a=20b",
        "rot13            | a=20b         | a=20b"
      })
  void decodesWhatIsBrokenAsFarAsItGoes(String encoding, String body, String decoded) {
    assertThat(TransferEncoding.decode(encoding, body)).isEqualTo(decoded);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "=?a?q??= b      | ' b'",
        "=?a?b?=?= b     | ' b'",
        "=??q?$1\\_b?=   | $1\\ b",
        "=?a?x?abc?=     | =?a?x?abc?=",
        "=?a?q?a b?=     | =?a?q?a b?=",
        "=?utf-8?q?a     | =?utf-8?q?a"
      })
  void decodesOnlyWhatIsAnEncodedWord(String value, String decoded) {
    assertThat(TransferEncoding.decodeWords(value)).isEqualTo(decoded);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        ":",
        "no field at all",
        "Subject: no body",
        "\n\nonly a body",
        "Content-Type:\n\nbody",
        "Content-Type: ;;;\n\nbody",
        "Content-Type: multipart/mixed\n\nno boundary",
        "Content-Type: multipart/mixed; boundary=\n\n--\n--\n",
        "Content-Type: multipart/mixed; boundary=(\n\n--(\n\nbody",
        "Content-Type: multipart/mixed; boundary=never\n\nbody",
        "Content-Transfer-Encoding: base64\n\n=",
        "Content-Transfer-Encoding: quoted-printable\n\n="
      })
  void takesWhatIsBrokenAsItStands(String text) {
    assertThat(MailFeatures.of(MimeEntity.parse(text))).startsWith(MailFeatures.INTERCEPT);
  }

  @Test
  void readsTheTextOfAMailWithoutAnEmptyLine() {
    var mail = MimeEntity.parse("Subject: all\nin one");
    assertThat(mail.field("subject")).isEqualTo("all");
    assertThat(mail.text()).endsWith("in one");
  }

  @Test
  void endsLinesNowhereElse() {
    assertThat(MimeEntity.parse("Subject: a\u0085b\n\n").field("subject")).isEqualTo("a\u0085b");
  }

  /** Reads the whole body as text if its boundary never occurs. */
  @Test
  void readsTheTextThatABrokenBoundaryWouldHide() {
    var mail = MimeEntity.parse("Content-Type: multipart/mixed; boundary=never\n\nbody");
    assertThat(mail.all().map(MimeEntity::text)).containsExactly("body");
  }

  @Test
  void doesNotFollowPartsWithoutEnd() {
    var nested = "Content-Type: multipart/mixed; boundary=b%d\n\n--b%1$d\n";
    var text = new StringBuilder();
    for (int depth = 0; depth < 5_000; depth++) {
      text.append(nested.formatted(depth));
    }
    assertThat(MimeEntity.parse(text.toString()).all().count()).isLessThan(100);
  }

  @Test
  void survivesAnyDamage() {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      var damaged = damaged(random);
      assertThat(MailFeatures.of(MimeEntity.parse(damaged)))
          .as("seed %d, mail %s", seed, damaged)
          .isSorted();
    }
  }

  /** Truncates the mail and overwrites some characters, mostly by ones with a meaning in mails. */
  private static String damaged(Random random) {
    var mail = new StringBuilder(MAIL);
    var meaning = "\n\r\t :;=?-\"/\0\u00ff";
    for (int i = random.nextInt(40); i > 0; i--) {
      mail.setCharAt(
          random.nextInt(mail.length()), meaning.charAt(random.nextInt(meaning.length())));
    }
    int from = random.nextInt(mail.length());
    return mail.substring(
        random.nextBoolean() ? 0 : from,
        random.nextBoolean()
            ? mail.length()
            : mail.length() - random.nextInt(mail.length() - from));
  }
}
