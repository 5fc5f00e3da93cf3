// The built Worker, whose data points are logged before the real dataset gets them.
import worker from "../../../target/worker/src/index.js";

export default {
  fetch(request, env, context) {
    const dataset = {
      writeDataPoint(point) {
        console.log(JSON.stringify({ message: "data point", point }));
        env.ONNXLET_ANALYTICS.writeDataPoint(point);
      },
    };
    return worker.fetch(request, { ...env, ONNXLET_ANALYTICS: dataset }, context);
  },
};
