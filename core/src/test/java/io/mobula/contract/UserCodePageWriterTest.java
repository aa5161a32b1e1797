package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class UserCodePageWriterTest {

  @Test
  void thePageIsTheListOfTheSuite() throws IOException {
    if (Boolean.getBoolean("mobula.docs.write")) {
      Files.writeString(UserCodePageWriter.FILE, UserCodePageWriter.text());
    }
    assertThat(Files.readString(UserCodePageWriter.FILE)).isEqualTo(UserCodePageWriter.text());
  }
}
