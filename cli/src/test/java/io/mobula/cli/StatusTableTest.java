package io.mobula.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StatusTableTest {
  private static final ClusterStatus STATUS = new ClusterStatus(
      "default",
      List.of(new ClusterStatus.Node(
          "00000000000000ab",
          "127.0.0.1:7171",
          "here",
          17,
          "node",
          new ClusterStatus.NodeResources(
              Map.of("CPU", 4.0, "memory", 8L << 30), Map.of("CPU", 1.5, "memory", 8L << 30)),
          new ClusterStatus.Store(1L << 30, 1L << 20),
          Map.of("00000000000000cd", lane(3, 2048), "00000000000000ef", lane(0, 0)))),
      List.of(new ClusterStatus.PendingWork("task f", Map.of("GPU", 1.0), "no node has a GPU")));

  private static ClusterStatus.Lane lane(long frames, long bytes) {
    return new ClusterStatus.Lane(
        "artery",
        new ClusterStatus.Amount(9, 900),
        new ClusterStatus.Amount(7, 70),
        new ClusterStatus.Amount(frames, bytes));
  }

  @Test
  void jsonHasTheNamesThatScriptsRelyOnInAFixedOrder() {
    assertThat(STATUS.json().replaceAll("\\s+", ""))
        .isEqualTo(
            "{\"cluster\":\"default\",\"nodes\":[{\"id\":\"00000000000000ab\","
                + "\"address\":\"127.0.0.1:7171\",\"host\":\"here\",\"pid\":17,\"role\":\"node\","
                + "\"resources\":{\"total\":{\"CPU\":4.0,\"memory\":8589934592},"
                + "\"available\":{\"CPU\":1.5,\"memory\":8589934592}},"
                + "\"store\":{\"capacity\":1073741824,\"used\":1048576},\"lanes\":{\"00000000000000cd\":{\"kind\":\"artery\",\"sent\":{\"frames\":9,\"bytes\":900},"
                + "\"received\":{\"frames\":7,\"bytes\":70},\"underway\":{\"frames\":3,\"bytes\":2048}},"
                + "\"00000000000000ef\":{\"kind\":\"artery\",\"sent\":{\"frames\":9,\"bytes\":900},"
                + "\"received\":{\"frames\":7,\"bytes\":70},\"underway\":{\"frames\":0,\"bytes\":0}}}}],"
                + "\"waiting\":[{\"id\":\"taskf\",\"wants\":{\"GPU\":1.0},\"why\":\"nonodehasaGPU\"}]}");
  }

  @Test
  void peopleSeeBarsAndWhatWaits() {
    var out = new StringWriter();
    StatusTable.print(STATUS, new PrintWriter(out, true));
    assertThat(out.toString().lines())
        .containsExactly(
            "cluster default: 1 node",
            "",
            "node 00000000000000ab at 127.0.0.1:7171, host here, pid 17",
            "  CPU        [#############-------]  2.5 of 4",
            "  memory     [--------------------]  0 B of 8.0 GiB",
            "  store      [#-------------------]  1.0 MiB of 1.0 GiB",
            "  lane       artery to 00000000000000cd  3 frames on the way, 2.0 KiB",
            "",
            "waiting:",
            "  task f wants GPU 1: no node has a GPU");
  }

  @Test
  void barsStayWithinTheirFrame() {
    assertThat(StatusTable.bar(0, 0)).isEqualTo("[" + "-".repeat(20) + "]");
    assertThat(StatusTable.bar(5, 4)).isEqualTo("[" + "#".repeat(20) + "]");
    assertThat(StatusTable.bar(-1, 4)).isEqualTo("[" + "-".repeat(20) + "]");
    assertThat(StatusTable.bytes(1023)).isEqualTo("1023 B");
  }
}
