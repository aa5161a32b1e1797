package io.mobula.gpu.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Small files by which a kernel describes devices, below a root that tests choose. Unreadable files
 * count as missing, because a container is denied some files that it sees.
 */
public final class HostFiles {
  private static final int MAX_BYTES = 1 << 16;

  private final Path root;

  /** Creates the files below a root, which is {@code /} outside tests. */
  public HostFiles(Path root) {
    this.root = Objects.requireNonNull(root, "root");
  }

  /** Returns whether the file or folder exists. */
  public boolean exists(String path) {
    return Files.exists(root.resolve(path));
  }

  /** Returns the stripped text of a file; only its first 64 KiB. */
  public Optional<String> text(String path) {
    try (var in = Files.newInputStream(root.resolve(path))) {
      return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Returns the number in a file, if the file contains one. */
  public OptionalLong number(String path) {
    return text(path).map(HostFiles::parsed).orElse(OptionalLong.empty());
  }

  /**
   * Returns the NUMA node of a PCI device's folder. Kernels without NUMA report -1, which is
   * returned as empty.
   */
  public OptionalInt numaNode(String folder) {
    var node = number(folder + "/numa_node");
    return node.isPresent() && node.getAsLong() >= 0 && node.getAsLong() <= Integer.MAX_VALUE
        ? OptionalInt.of((int) node.getAsLong())
        : OptionalInt.empty();
  }

  /** Returns the names in a folder, in order; empty if there is no such folder. */
  public List<String> names(String folder) {
    try (var entries = Files.list(root.resolve(folder))) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .sorted(HostFiles::byNumber)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Returns the lines that consist of a name and a number; other lines are skipped. */
  public Map<String, Long> numbers(String path) {
    var numbers = new HashMap<String, Long>();
    text(path).stream().flatMap(String::lines).forEach(line -> {
      var words = line.strip().split("\\s+", -1);
      if (words.length == 2) {
        parsed(words[1]).ifPresent(number -> numbers.put(words[0], number));
      }
    });
    return numbers;
  }

  /** Parses a number, which may need all 64 bits. */
  private static OptionalLong parsed(String text) {
    try {
      return OptionalLong.of(
          text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static int byNumber(String one, String other) {
    return one.length() == other.length()
        ? one.compareTo(other)
        : Integer.compare(one.length(), other.length());
  }
}
