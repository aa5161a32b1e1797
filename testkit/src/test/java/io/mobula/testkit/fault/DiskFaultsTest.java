package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFaultsTest {
  @TempDir
  Path folder;

  @Test
  void cutsOneFileToHalfAndChangesAByteOfTheNext() throws IOException {
    var first = Files.write(folder.resolve("a"), new byte[] {1, 2, 3, 4});
    var second = Files.write(folder.resolve("b"), new byte[] {1, 2, 3, 4});
    var life = Files.write(folder.resolve("life"), new byte[] {1, 2});
    assertThat(DiskFaults.damage(folder)).isEqualTo(2);
    assertThat(Files.readAllBytes(life)).containsExactly(1, 2);
    assertThat(Files.readAllBytes(first)).containsExactly(1, 2);
    assertThat(Files.readAllBytes(second)).containsExactly(1, 2, 2, 4);
  }
}
