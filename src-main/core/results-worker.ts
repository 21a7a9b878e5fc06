/** Entry of a worker thread: holds tables of measurements. */
import { answerJobs } from './job-thread.js';
import { ResultsDesk, type ResultsJob } from './results-job.js';

const desk = new ResultsDesk();
answerJobs((job: ResultsJob) => desk.run(job));
