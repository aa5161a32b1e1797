package io.mobula.samples.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DataFoldersTest {
  private static final Path USUAL = Path.of("/usual");
  private static final Map<String, String> NOTHING = Map.of();
  private static final Map<String, String> HOME = Map.of("user.home", "/home/me");

  @Test
  void prefersThePropertyToTheVariableToTheUsualPlace() {
    var property = Map.of("mobula.data", "/a");
    var variable = Map.of("MOBULA_DATA", "/b");
    assertThat(chosen(property, variable)).isEqualTo(Path.of("/a"));
    assertThat(chosen(NOTHING, variable)).isEqualTo(Path.of("/b"));
    assertThat(chosen(NOTHING, NOTHING)).isEqualTo(USUAL);
  }

  private static Path chosen(Map<String, String> properties, Map<String, String> variables) {
    return folders(properties, variables).chosen("mobula.data", "MOBULA_DATA", USUAL);
  }

  @Test
  void knowsTheUsersCache() {
    assertThat(folders(HOME, NOTHING).cache()).isEqualTo(Path.of("/home/me/.cache/mobula"));
    assertThat(folders(HOME, Map.of("XDG_CACHE_HOME", "")).cache())
        .isEqualTo(Path.of("/home/me/.cache/mobula"));
    assertThat(folders(HOME, Map.of("XDG_CACHE_HOME", "/c")).cache())
        .isEqualTo(Path.of("/c/mobula"));
  }

  private static DataFolders folders(
      Map<String, String> properties, Map<String, String> variables) {
    return new DataFolders(properties::get, variables::get);
  }
}
