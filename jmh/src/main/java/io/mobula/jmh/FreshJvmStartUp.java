package io.mobula.jmh;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * Starts something in a fresh JVM, which says how long that took. One operation a slice.
 *
 * @param mode what is started, as {@link StartUpProbe} calls it
 */
record FreshJvmStartUp(String name, String mode) implements TimedOperation {
  @Override
  public double nanosPerOperation(long sliceNanos) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--"))
        .forEach(command::add);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(StartUpProbe.class.getName());
    command.add(mode);
    var process = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    return said.lines() // a log may have lines among them, too
        .filter(line -> line.matches("\\d+"))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow(() -> new IOException("A JVM that should start " + name + " ended with code "
            + code + " and said no time, but: " + said));
  }
}
