package io.mobula.jmh.ray;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Reader of the JSON files that the microbenchmark and the parameter server's benchmark write. */
final class RateFile {
  private static final Pattern RATE =
      Pattern.compile("\"name\": \"([^\"]+)\".*?\"mean\": ([0-9.]+)");

  private RateFile() {}

  /**
   * Returns the mean rate of each workload in {@code file}, in the order of the file; none if the
   * file has no rates.
   *
   * @throws IOException if the file cannot be read
   */
  static Map<String, Double> read(Path file) throws IOException {
    var rates = new LinkedHashMap<String, Double>();
    var found = RATE.matcher(Files.readString(file, StandardCharsets.UTF_8));
    while (found.find()) {
      rates.put(found.group(1), Double.parseDouble(found.group(2)));
    }
    return rates;
  }
}
