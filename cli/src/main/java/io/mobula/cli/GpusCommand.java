package io.mobula.cli;

import io.mobula.gpu.probe.HostProbe;
import io.mobula.gpu.probe.ProbeSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mobula gpus}: the accelerators of this host that a node started here could offer. */
@Command(
    name = "gpus",
    description =
        "Shows the accelerators of this host that this process may use, and how they are.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "CUDA_VISIBLE_DEVICES, ROCR_VISIBLE_DEVICES and HIP_VISIBLE_DEVICES hide devices, as they do"
          + " from programs that use them. " + ProbeSettings.NVML_VARIABLE
          + " is the path of NVIDIA's library where the system does not find it, or off."
    })
final class GpusCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(names = "--json", description = "Print JSON, for programs.")
  private boolean json;

  /** Exit code 0, also where there is none; warnings go to standard error. */
  @Override
  public Integer call() {
    try (var probe = HostProbe.open(ProbeSettings.ofThisProcess())) {
      var report = GpuReport.of(probe.probe(), probe.sample());
      var err = spec.commandLine().getErr();
      report
          .warnings()
          .forEach(note -> err.println("mobula gpus: " + note.source() + ": " + note.cause()));
      err.flush();
      print(report);
      return ExitCode.DONE;
    }
  }

  private void print(GpuReport report) {
    var out = spec.commandLine().getOut();
    if (json) {
      out.println(report.json());
    } else {
      GpuTable.print(report, out);
    }
    out.flush();
  }
}
